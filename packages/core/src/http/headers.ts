import type { ServerResponse } from 'node:http'
import type { Http2ServerResponse } from 'node:http2'
import type { HttpHeaders } from './types.js'

/** Node's own response: what every framework has underneath. */
export type RawResponse = ServerResponse | Http2ServerResponse

/**
 * Cookies are added to those that are there already, in a list of our own: `appendHeader` would put the tokens into the
 * array that the application gave, which may be a constant that it gives to everybody.
 */
export function addHeaders(response: RawResponse, headers: HttpHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    const others = name === 'set-cookie' ? cookieLines(response) : []
    response.setHeader(name, others.length > 0 ? [...others, ...[value].flat()] : value)
  }
}

/** The cookies that the response sets so far. */
export function cookieLines(response: RawResponse): string[] {
  return [response.getHeader('set-cookie') ?? []].flat().map(String)
}
