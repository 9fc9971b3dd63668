import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { type HttpRequest, NodeRequest } from '@tokenratchet/core/http'
import type { FastifyRequest } from 'fastify'

/** A request of Fastify, or Node's own, as the event `upgrade` brings it. */
export type AnyRequest = FastifyRequest | IncomingMessage | Http2ServerRequest

export function requestOf(request: AnyRequest): HttpRequest {
  return 'raw' in request ? new AdaptedRequest(request) : new NodeRequest(request as IncomingMessage)
}

/** A request as the HTTP layer reads it. */
export class AdaptedRequest extends NodeRequest {
  readonly #request: FastifyRequest

  constructor(request: FastifyRequest) {
    super(request.raw)
    this.#request = request
  }

  /** By `trustProxy`. */
  override get host(): string {
    return this.#request.host
  }

  /** On the token routes text, or what was wrong with it. */
  override get body(): unknown {
    return this.#request.body
  }
}
