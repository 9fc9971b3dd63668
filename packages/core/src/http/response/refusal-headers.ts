import type { Exchange, PendingRefusal } from '../exchange.js'
import type { HttpSettings } from '../options.js'
import type { HttpHeaders, HttpRequest } from '../types.js'
import type { RawResponse } from './headers.js'
import { whenHeadersLeave } from './leaving.js'

/** The headers that tell a client what a refusal means. */
const names = ['WWW-Authenticate', 'Retry-After'] as const

interface Refusal {
  readonly status: number
  readonly headers: Readonly<HttpHeaders>
}

/**
 * Puts the headers of a refusal on the response before the error is passed on. An application's error handler that
 * sends only `{ message }` would lose them. A client that gets a 401 without its challenge never refreshes (RFC 9110
 * section 15.5.2).
 *
 * They are sent only with the status of the refusal. With another status, as when a later guard accepts the request or
 * the application answers with a page, they are removed again. A page of a trusted origin may read them
 * (`Access-Control-Expose-Headers`), whatever else a CORS plugin lists there, before or after.
 */
export function setRefusalHeaders(
  http: HttpSettings,
  exchange: Exchange,
  request: HttpRequest,
  response: RawResponse,
  { status, headers }: Refusal,
): void {
  if (response.headersSent) {
    return
  }
  const isFirst = exchange.refusal === undefined
  removeRefusalHeaders(exchange, response)
  const own = names.map(name => name.toLowerCase()).filter(name => name in headers)
  const refusal = { status, headers: Object.fromEntries(own.map(name => [name, `${headers[name]}`])) }
  exchange.refusal = refusal
  for (const [name, value] of Object.entries(refusal.headers)) {
    response.setHeader(name, value)
  }
  if (isFirst) {
    const { origin } = request.headers
    const isTrusted = origin !== undefined && http.trustedOrigins.has(origin)
    whenHeadersLeave(response, () => settle(exchange, response, isTrusted))
  }
}

/** Removes the headers of the refusal. A value that the application has set instead stays. */
export function removeRefusalHeaders(exchange: Exchange, response: RawResponse): void {
  for (const [name, value] of Object.entries(exchange.refusal?.headers ?? {})) {
    if (response.getHeader(name) === value) {
      response.removeHeader(name)
    }
  }
  exchange.refusal = undefined
}

/** Decides what is sent, when the status and the headers of the application are known. */
function settle(exchange: Exchange, response: RawResponse, isTrusted: boolean): void {
  const { refusal } = exchange
  // An untyped application may set the status as text.
  if (refusal === undefined || Number(response.statusCode) !== refusal.status) {
    removeRefusalHeaders(exchange, response)
    return
  }
  restore(response, refusal)
  if (isTrusted) {
    const name = 'access-control-expose-headers'
    response.setHeader(name, withMembers(textOf(response, name), names))
  }
}

function restore(response: RawResponse, { headers }: PendingRefusal): void {
  for (const [name, value] of Object.entries(headers)) {
    const present = textOf(response, name)
    if (present === '') {
      response.setHeader(name, value)
    } else if (name === 'www-authenticate' && !hasBearer(present)) {
      // The application challenges for another scheme (RFC 9110 section 11.6.1).
      response.setHeader(name, `${present}, ${value}`)
    }
  }
}

/** Whether a list of challenges includes Bearer. A quoted string is not a scheme (RFC 9110 section 11.6.1). */
function hasBearer(challenges: string): boolean {
  return /(^|,)\s*bearer(\s|,|$)/i.test(challenges.replace(/"(\\.|[^"\\])*"/g, '""'))
}

function textOf(response: RawResponse, name: string): string {
  return [response.getHeader(name) ?? []].flat().join(', ')
}

/** Adds members to a list header, unless they are already in it. Header names are compared case-insensitively. */
function withMembers(list: string, added: readonly string[]): string {
  const present = list.split(',').map(each => each.trim())
  const lower = present.map(each => each.toLowerCase())
  const missing = added.filter(each => !lower.includes(each.toLowerCase()))
  return [...present, ...missing].filter(each => each !== '').join(', ')
}
