import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { CookieSettings } from '../cookie-options.js'
import type { HttpHeaders } from '../types.js'
import { clearCookies, nameInLine } from './cookie.js'

/** Node's own response: what every framework has underneath. */
export type RawResponse = ServerResponse | Http2ServerResponse

/** The headers of a response on their way out. Node's response is one; a framework may keep headers of its own. */
export interface ResponseHeaders {
  /** Whether it is too late to set one. */
  readonly headersSent: boolean
  getHeader(name: string): number | string | readonly string[] | undefined
  setHeader(name: string, value: string | readonly string[]): unknown
  removeHeader(name: string): unknown
}

/**
 * Cookies are added to those that are there already, in a list of our own: `appendHeader` would put the tokens into the
 * array that the application gave, which may be a constant that it gives to everybody.
 */
export function addHeaders(response: ResponseHeaders, headers: HttpHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    const others = name === 'set-cookie' ? cookieLines(response) : []
    response.setHeader(name, others.length > 0 ? [...others, ...[value].flat()] : value)
  }
}

/** The cookies that the response sets so far. */
export function cookieLines(response: ResponseHeaders): string[] {
  return [response.getHeader('set-cookie') ?? []].flat().map(String)
}

/** Sets our cookies in place of those of our names that the response sets so far. */
export function replaceCookies(
  response: ResponseHeaders,
  { accessToken, refreshToken }: CookieSettings,
  lines: readonly string[],
): void {
  const others = cookieLines(response).filter(line => ![accessToken, refreshToken].includes(nameInLine(line)))
  response.removeHeader('set-cookie')
  response.setHeader('set-cookie', [...others, ...lines])
}

/** Clears our cookies, whatever the response has set so far. */
export function takeCookiesBack(response: ResponseHeaders, cookies: CookieSettings): void {
  replaceCookies(response, cookies, clearCookies(cookies))
}

/** @throws Error if the response can't carry headers any more */
export function checkUnsent(verb: string, { headersSent }: ResponseHeaders): void {
  if (headersSent) {
    throw new Error(
      `${verb} was too late: the response was already sent or hijacked. Await ${verb} before you send the response`,
    )
  }
}
