import type { IncomingHttpHeaders } from 'node:http'

/** What the seam reads of a request. Node's own request object is one. */
export interface HttpRequest {
  readonly method?: string | undefined
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn: shows a duplicated Authorization, of which `headers` keeps the first. */
  readonly rawHeaders?: readonly string[]
}

/** Headers in lower case; several cookies are several values. */
export type HttpHeaders = Record<string, string | string[]>

/** What the seam answers: an adapter writes it as it is. */
export interface HttpResponse {
  readonly status: number
  readonly headers: HttpHeaders
  readonly body?: object
}
