import type { JwtSource } from '@tokenratchet/core/http'
import type { FastifyInstance } from 'fastify'

/** What the plugin of `@tokenratchet/fastify/jwt` needs of the plugin that was registered before it. */
interface HandOver {
  readonly source: JwtSource
  /** The property of `request` that holds the claims. */
  readonly decoratorName: string
}

/** Of the registry, so that the two plugins find each other though a bundler put them into two files. */
const key: unique symbol = Symbol.for('tokenratchet.fastify.jwt')

/** A decorator, so that the scopes of Fastify apply to it. */
export function handOver(app: FastifyInstance, given: HandOver): void {
  app.decorate(key, given)
}

/** `undefined` where @tokenratchet/fastify is registered neither in this scope nor in one above it. */
export function handedOver(app: FastifyInstance): HandOver | undefined {
  return (app as { [key]?: HandOver })[key]
}
