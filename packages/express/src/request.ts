import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { HttpRequest } from '@tokenratchet/core/http'

/** What Express adds to Node's request, in 4 and 5. */
export interface ExpressRequest extends IncomingMessage {
  readonly path?: string
  readonly body?: unknown
  readonly app?: { get(setting: string): unknown }
}

/** A request as the seam reads it: what few requests need is asked of Express only then. */
export function seamRequest(request: ExpressRequest): HttpRequest {
  return new SeamRequest(request)
}

class SeamRequest implements HttpRequest {
  readonly #request: ExpressRequest

  constructor(request: ExpressRequest) {
    this.#request = request
  }

  get method(): string | undefined {
    return this.#request.method
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.headers
  }

  get rawHeaders(): readonly string[] {
    return this.#request.rawHeaders
  }

  /** By `trust proxy`, with the port: `req.host` of Express 5, which is without it in Express 4. */
  get host(): string | undefined {
    const { app, headers, socket } = this.#request
    const forwarded = headers['x-forwarded-host']
    const isTrusted = app?.get('trust proxy fn') as ((address?: string, hop?: number) => boolean) | undefined
    const host =
      isTrusted?.(socket.remoteAddress, 0) &&
      String(forwarded ?? '')
        .split(',', 1)[0]
        ?.trim()
    return host || headers.host
  }

  get body(): unknown {
    return this.#request.body
  }

  get stream(): Readable {
    return this.#request
  }
}
