import type { IncomingHttpHeaders } from 'node:http'
import type { HttpRequest } from '@tokenratchet/core/http'
import type { FastifyRequest } from 'fastify'

/** A request as the seam reads it: what few requests need is asked of Fastify only then. */
export function seamRequest(request: FastifyRequest): HttpRequest {
  return new SeamRequest(request)
}

class SeamRequest implements HttpRequest {
  readonly #request: FastifyRequest

  constructor(request: FastifyRequest) {
    this.#request = request
  }

  get method(): string | undefined {
    return this.#request.raw.method
  }

  get headers(): IncomingHttpHeaders {
    return this.#request.raw.headers
  }

  get rawHeaders(): readonly string[] {
    return this.#request.raw.rawHeaders
  }

  /** By `trustProxy`. */
  get host(): string | undefined {
    return this.#request.host
  }

  /** On the token routes: text, or what was wrong with it. */
  get body(): unknown {
    return this.#request.body
  }
}
