import { NodeRequest } from '@tokenratchet/core/http'
import type { FastifyRequest } from 'fastify'

/** A request as the seam reads it. */
export class SeamRequest extends NodeRequest {
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
