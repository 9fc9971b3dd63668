import { type Route, receiveText } from '@tokenratchet/core/http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { tokenRoute } from './guards.js'
import { AdaptedRequest } from './request.js'

/** Read by @fastify/swagger: an answer to a wrong method is nothing to document. */
const hidden = { hide: true } as object

/** Errors for an invalid Content-Type, before Fastify reads the body. We treat such a body as empty. */
const unreadable = new Set(['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE'])

/** The routes of the HTTP layer, in a scope with body parsing of its own: the application's parsers are not touched. */
export function routesPlugin(routes: readonly Route[]): (scope: FastifyInstance) => Promise<void> {
  return async scope => {
    scope.removeAllContentTypeParsers()
    // By name what clients send, as Fastify finds a wildcard last.
    const types = ['application/json', 'application/x-www-form-urlencoded', '*']
    scope.addContentTypeParser(types, (request, payload, done) => {
      // A hook of the application may have put a decoded body in its place.
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
