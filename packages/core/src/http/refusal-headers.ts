import type { Exchange, PendingRefusal } from './exchange.js'
import type { RawResponse } from './headers.js'
import { whenHeadersLeave } from './leaving.js'
import type { HttpSettings } from './options.js'
import type { HttpHeaders, HttpRequest } from './types.js'

/** The headers that tell a client what a refusal means. */
const explaining = ['WWW-Authenticate', 'Retry-After'] as const

/**
 * Puts the headers of a refusal on the response before the error is handed on: an error handler of the application that
 * answers with `{ message }` alone would lose them, and a client that sees a 401 without its challenge never refreshes
 * (RFC 9110 section 15.5.2).
 *
 * They leave only with the status of the refusal. After another status, as when a later guard accepts the request or
 * the application answers with a page, they are taken off again. A page of a trusted origin may read them
 * (`Access-Control-Expose-Headers`), whatever else a CORS plugin has listed there, before or after.
 */
export function carryHeaders(
  http: HttpSettings,
  exchange: Exchange,
  request: HttpRequest,
  response: RawResponse,
  refusal: { readonly status: number; readonly headers: Readonly<HttpHeaders> },
): void {
  if (response.headersSent) {
    return
  }
  const { origin } = request.headers
  const isTrusted = origin !== undefined && http.trustedOrigins.has(origin)
  if (exchange.refusal === undefined) {
    whenHeadersLeave(response, () => settle(response, exchange.refusal, isTrusted))
  } else {
    takeOff(response, exchange.refusal)
  }
  exchange.refusal = explanation(refusal)
  for (const [name, value] of Object.entries(exchange.refusal.headers)) {
    response.setHeader(name, value)
  }
}

function explanation({ status, headers }: Parameters<typeof carryHeaders>[4]): PendingRefusal {
  const names = explaining.map(name => name.toLowerCase()).filter(name => name in headers)
  return { status, headers: Object.fromEntries(names.map(name => [name, `${headers[name]}`])) }
}

function settle(response: RawResponse, refusal: PendingRefusal | undefined, isTrusted: boolean): void {
  if (refusal === undefined) {
    return
  }
  if (response.statusCode !== refusal.status) {
    takeOff(response, refusal)
    return
  }
  for (const [name, value] of Object.entries(refusal.headers)) {
    const present = response.getHeader(name)
    if (present === undefined) {
      response.setHeader(name, value)
    } else if (name === 'www-authenticate') {
      // The application challenges for another scheme too (RFC 9110 section 11.6.1).
      response.setHeader(name, joined(present, [value]))
    }
  }
  if (isTrusted) {
    const name = 'access-control-expose-headers'
    response.setHeader(name, joined(response.getHeader(name), explaining))
  }
}

/** Only what is still ours: the application may have put a value of its own in its place. */
function takeOff(response: RawResponse, { headers }: PendingRefusal): void {
  for (const [name, value] of Object.entries(headers)) {
    if (response.getHeader(name) === value) {
      response.removeHeader(name)
    }
  }
}

/** A list header with these members added, unless they are there in any case. */
function joined(present: ReturnType<RawResponse['getHeader']>, added: readonly string[]): string {
  const text = [present ?? []].flat().join(', ')
  const missing = added.filter(each => !text.toLowerCase().includes(each.toLowerCase()))
  return [text, ...missing].filter(each => each !== '').join(', ')
}
