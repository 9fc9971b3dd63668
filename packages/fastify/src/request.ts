import { type HttpRequest, NodeRequest } from '@tokenratchet/core/http'
import type { FastifyRequest } from 'fastify'

/** Fastify's `host` goes by `trustProxy`; on the token routes its `body` is text, or what was wrong with it. */
export function seamRequest(request: FastifyRequest): HttpRequest {
  return new NodeRequest(request.raw, request)
}
