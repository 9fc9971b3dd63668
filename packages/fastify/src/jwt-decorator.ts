import type { FastifyInstance } from 'fastify'

/** The value that @fastify/jwt sets as `app.jwt`, or as a property of it under a namespace. */
export interface JwtDecorator {
  readonly options?: { readonly decoratorName?: string }
  verify(token: string, options: object): unknown
}

/** `app.jwt` of this scope or a parent of it: a decorator itself, an object of decorators by namespace, or both. */
type Decorators = JwtDecorator & Record<string, JwtDecorator | undefined>

/** Returns whether the application's own @fastify/jwt has decorated this property of requests. We may share it then. */
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
