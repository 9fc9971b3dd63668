import { type Route, receiveText } from '@tokenratchet/core/http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { tokenRoute } from './guards.js'
import { AdaptedRequest } from './request.js'

/** Hides a route from @fastify/swagger: the answer to a wrong method needs no documentation. */
const hidden = { hide: true } as object

/** Errors for an invalid Content-Type, before Fastify reads the body. We treat such a body as empty. */
const unreadable = new Set(['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE'])

/**
 * Creates a plugin with the token routes. Its scope has its own body parsers, so the application's stay as they are.
 */
export function routesPlugin(routes: readonly Route[]): (scope: FastifyInstance) => Promise<void> {
  return async scope => {
    scope.removeAllContentTypeParsers()
    // Name the types that clients send, because Fastify looks for the wildcard last.
    const types = ['application/json', 'application/x-www-form-urlencoded', '*']
    scope.addContentTypeParser(types, (request, payload, done) => {
      // A hook of the application may have replaced the payload with a decoded one. The headers do not describe that.
      const headers = payload === request.raw ? request.headers : {}
      receiveText(payload, headers).then(text => done(null, text), done)
    })
    // OPTIONS is left to the application, so that @fastify/cors can answer preflights.
    const methods = scope.supportedMethods.filter(method => method !== 'OPTIONS')
    for (const route of routes) {
      const handler = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
        const { status, headers, body } = await route.handle(
          new AdaptedRequest(request),
          reply.raw,
          sidOf(request),
        )
        return reply.code(status).headers(headers).send(body)
      }
      for (const method of methods) {
        scope.route({
          method,
          url: route.hasSid ? `${route.path}/:sid` : route.path,
          exposeHeadRoute: false,
          config: { ...route.config, auth: false, [tokenRoute]: true } as object,
          schema: method === route.method ? route.schema : hidden,
          // Schemas are documentation here. The HTTP layer reads requests and writes responses.
          validatorCompiler: () => () => true,
          serializerCompiler: () => JSON.stringify,
          handler,
          async errorHandler(error: FastifyError, request, reply) {
            if (unreadable.has(error.code)) {
              return handler(request, reply)
            }
            throw error
          },
        })
      }
    }
  }
}

function sidOf(request: FastifyRequest): string | undefined {
  return (request.params as { sid?: string }).sid
}
