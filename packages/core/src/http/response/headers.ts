import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { CookieSettings } from '../cookie-options.js'
import type { HttpHeaders } from '../types.js'
import { clearCookies, nameInLine } from './cookie.js'

/**
 * Node's own response, which every framework is built on.
 *
 * @example
 * ```ts
 * const raw: RawResponse = reply.raw
 * ```
 */
export type RawResponse = ServerResponse | Http2ServerResponse

/**
 * The headers of a response that has not been sent. Node's response is one; a framework may store headers of its own.
 *
 * @example
 * ```ts
 * const headers: ResponseHeaders = response
 * ```
 */
export interface ResponseHeaders {
  /** Whether the headers have left, so that none can be set. */
  readonly headersSent: boolean
  getHeader(name: string): number | string | readonly string[] | undefined
  setHeader(name: string, value: string | readonly string[]): unknown
  removeHeader(name: string): unknown
}

/**
 * Sets headers, and adds cookies to those that the response already sets. It always writes a new list: `appendHeader`
 * would put one user's tokens into the application's own array, which may be a constant shared by all responses.
 *
 * @example
 * ```ts
 * addHeaders(response, { 'cache-control': 'no-store', 'set-cookie': ['theme=dark; Path=/'] })
 * ```
 */
export function addHeaders(response: ResponseHeaders, headers: HttpHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    const others = name === 'set-cookie' ? cookieLines(response) : []
    response.setHeader(name, others.length > 0 ? [...others, ...[value].flat()] : value)
  }
}

/** Returns the `Set-Cookie` lines of the response so far. */
export function cookieLines(response: ResponseHeaders): string[] {
  return [response.getHeader('set-cookie') ?? []].flat().map(String)
}

/** Sets our cookies. They replace cookies with our names that the response already sets. */
export function replaceCookies(
  response: ResponseHeaders,
  { accessToken, refreshToken }: CookieSettings,
  lines: readonly string[],
): void {
  const others = cookieLines(response).filter(line => ![accessToken, refreshToken].includes(nameInLine(line)))
  response.removeHeader('set-cookie')
  response.setHeader('set-cookie', [...others, ...lines])
}

/** Clears our cookies in the browser, and removes those that the response already sets. */
export function takeCookiesBack(response: ResponseHeaders, cookies: CookieSettings): void {
  replaceCookies(response, cookies, clearCookies(cookies))
}

/** @throws Error if the headers of the response have already left */
export function checkUnsent(verb: string, { headersSent }: ResponseHeaders): void {
  if (headersSent) {
    throw new Error(
      `${verb} was too late: the response was already sent or hijacked. Await ${verb} before you send the response`,
    )
  }
}
