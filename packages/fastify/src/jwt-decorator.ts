import type { FastifyInstance } from 'fastify'

/** What @fastify/jwt puts at `app.jwt`, or below it under a namespace. */
export interface JwtDecorator {
  readonly options?: { readonly decoratorName?: string }
  verify(token: string, options: object): unknown
}

/** `app.jwt` in this scope or one above it: a decorator itself, or those of its namespaces, or both. */
type Decorators = JwtDecorator & Record<string, JwtDecorator | undefined>

/** Whether this property of requests is decorated by the application's own @fastify/jwt, with which ours may share it. */
export function isOfJwt(app: FastifyInstance, decoratorName: string): boolean {
  if (!app.hasPlugin('@fastify/jwt')) {
    return false
  }
  const jwt = jwtOf(app)
  const all: (JwtDecorator | undefined)[] = [jwt, ...Object.values(jwt)]
  return all.some(each => each?.options?.decoratorName === decoratorName)
}

export function jwtOf(app: FastifyInstance): Decorators {
  return (app as unknown as { jwt: Decorators }).jwt
}
