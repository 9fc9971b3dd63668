import type { JwtSource } from '@tokenratchet/core/http'
import type { FastifyInstance } from 'fastify'

/** What `@tokenratchet/fastify/jwt` needs from `@tokenratchet/fastify`, which was registered before it. */
interface HandOver {
  readonly source: JwtSource
  /** The property of `request` that holds the claims. */
  readonly decoratorName: string
}

/** A global symbol, so that the two plugins find each other even if a bundler puts them into two files. */
const key: unique symbol = Symbol.for('tokenratchet.fastify.jwt')

/** Stores it as a decorator, so that Fastify's encapsulation applies to it. */
export function handOver(app: FastifyInstance, given: HandOver): void {
  app.decorate(key, given)
}

/** Returns `undefined` if @tokenratchet/fastify is registered neither in this scope nor in a parent of it. */
export function handedOver(app: FastifyInstance): HandOver | undefined {
  return (app as { [key]?: HandOver })[key]
}
