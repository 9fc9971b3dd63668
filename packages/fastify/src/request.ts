import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { type HttpRequest, NodeRequest } from '@tokenratchet/core/http'
import type { FastifyRequest } from 'fastify'

/** A request of Fastify, or one of Node such as that of the event `upgrade`. */
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

  /** Fastify's host, which follows the option `trustProxy`. */
  override get host(): string {
    return this.#request.host
  }

  /** The body. On the token routes it is a string, or the error that occurred when it was read. */
  override get body(): unknown {
    return this.#request.body
  }
}
