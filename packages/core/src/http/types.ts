import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'

/**
 * The parts of a request that the HTTP layer reads. Node's own request object is one.
 *
 * @example
 * ```ts
 * const request: HttpRequest = { method: 'GET', headers: { authorization: `Bearer ${accessToken}` } }
 * ```
 */
export interface HttpRequest {
  readonly method?: string | undefined
  readonly headers: IncomingHttpHeaders
  /**
   * Names and values in turn. Without them a second Authorization header is not noticed: `headers` keeps only the
   * first.
   */
  readonly rawHeaders?: readonly string[]
  /** The host that the browser requested, as a trusted proxy reports it. Default: the host of the headers. */
  readonly host?: string | undefined
  /** The body, if something has read it: an object, text, bytes, or the `TokenError` that `receiveText` returned. */
  readonly body?: unknown
  /** The unread body. Token routes read it if nothing else has. */
  readonly stream?: Readable | undefined
  /** The one object that stands for this request in Node or the framework. Default: this object. */
  readonly raw?: object | undefined
}

/**
 * Headers with lower-case names. Several cookies are a list of values.
 *
 * @example
 * ```ts
 * const headers: HttpHeaders = { 'cache-control': 'no-store', 'set-cookie': ['a=1', 'b=2'] }
 * ```
 */
export type HttpHeaders = Record<string, string | string[]>

/**
 * A response of the HTTP layer. An adapter writes it unchanged.
 *
 * @example
 * ```ts
 * const response: HttpResponse = { status: 204, headers: { 'cache-control': 'no-store' } }
 * ```
 */
export interface HttpResponse {
  readonly status: number
  readonly headers: HttpHeaders
  readonly body?: object
}
