import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'

/** What the HTTP layer reads of a request. Node's own request object is one. */
export interface HttpRequest {
  readonly method?: string | undefined
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn: shows a duplicated Authorization, of which `headers` keeps the first. */
  readonly rawHeaders?: readonly string[]
  /** The host that the browser asked, where a trusted proxy tells it. Default: that of the headers. */
  readonly host?: string | undefined
  /** The body, as far as something has read it: an object, text, bytes, or what was wrong with it. */
  readonly body?: unknown
  /** The body, for token routes to read when nothing else has. */
  readonly stream?: Readable | undefined
  /** The framework's own request, of which there is one for each request. Default: this object. */
  readonly raw?: object | undefined
}

/** Headers in lower case; several cookies are several values. */
export type HttpHeaders = Record<string, string | string[]>

/** What the HTTP layer answers: an adapter writes it as it is. */
export interface HttpResponse {
  readonly status: number
  readonly headers: HttpHeaders
  readonly body?: object
}
