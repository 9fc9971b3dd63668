import type { Route } from '@tokenratchet/core/http'
import type { FastifyInstance } from 'fastify'
import { tokenRoute } from './guards.js'
import { seamRequest } from './request.js'
import { schemas } from './schemas.js'

/** Read by @fastify/swagger: an answer to a wrong method is nothing to document. */
const hidden = { hide: true } as object

/** The routes of the seam, in a scope with body parsing of its own: the application's parsers are not touched. */
export function tokenRoutes(routes: readonly Route[]): (scope: FastifyInstance) => Promise<void> {
  return async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    // OPTIONS is left to the application, so that @fastify/cors can answer preflights.
    const methods = scope.supportedMethods.filter(method => method !== 'OPTIONS')
    for (const route of routes) {
      for (const method of methods) {
        scope.route({
          method,
          url: route.path,
          exposeHeadRoute: false,
          config: { ...route.config, auth: false, [tokenRoute]: true },
          schema: method === route.method ? schemas[route.name] : hidden,
          // Schemas are documentation here. The seam reads requests and writes responses.
          validatorCompiler: () => () => true,
          serializerCompiler: () => JSON.stringify,
          async handler(request, reply) {
            const { status, headers, body } = await route.handle(seamRequest(request))
            return reply.code(status).headers(headers).send(body)
          },
        })
      }
    }
  }
}
