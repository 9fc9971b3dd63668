// An application with two doors: our guard, and @fastify/jwt as @tokenratchet/fastify/jwt registers it.
import { createRequire } from 'node:module'
import type { TokenError } from '@tokenratchet/core'
import { fakeClock } from '@tokenratchet/core/testing'
import type { TokenratchetOptions } from '@tokenratchet/fastify'
import tokenratchetJwt from '@tokenratchet/fastify/jwt'
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest, InjectOptions } from 'fastify'
import { type TestApp, testApp } from './app.js'

/** Required, not imported: its types would declare `request.user` for all tests. */
export const jwt: FastifyPluginCallback<{ secret: string; namespace?: string; decoratorName?: string }> =
  createRequire(import.meta.url)('@fastify/jwt')

/** What an application of a partner's tokens registers. */
export const partner = { secret: 'of the partner', decoratorName: 'partner' }

/** Its `app.jwt`. */
export interface Jwt {
  verify(token: string, options?: object): Promise<Record<string, unknown>>
  verify(token: string, done: (error: TokenError | null, claims?: { sub: string }) => void): void
  sign(claims: object, options?: object): string
  decode(token: string): { header: object; payload: { sub: string } } | null
}

export const jwtOf = (app: FastifyInstance): Jwt & { [namespace: string]: Jwt } =>
  (app as unknown as { jwt: ReturnType<typeof jwtOf> }).jwt

type Method = 'jwtVerify' | 'jwtDecode' | 'tokenratchetJwtVerify' | 'partnerJwtVerify'

export const call = (request: FastifyRequest, method: Method, ...given: unknown[]): Promise<unknown> =>
  (request as unknown as Record<Method, (...given: unknown[]) => Promise<unknown>>)[method](...given)

const userOf = (request: FastifyRequest): unknown => (request as unknown as { user: unknown }).user

/** The application of most tests, with `/guard` and `/jwt`, which answer the user that each finds. */
export async function twoDoors(
  t: Parameters<typeof testApp>[0],
  options: Omit<Partial<TokenratchetOptions>, 'prefix'> = {},
  clock = fakeClock(),
): Promise<TestApp> {
  const made = await testApp(t, options, clock)
  await made.app.register(tokenratchetJwt)
  for (const method of ['GET', 'POST'] as const) {
    const guarded = { method, url: '/guard', config: { auth: true } as const }
    made.app.route({ ...guarded, handler: async request => userOf(request) })
    made.app.route({
      method,
      url: '/jwt',
      async handler(request) {
        const claims = await call(request, 'jwtVerify')
        return claims === userOf(request) ? claims : {}
      },
    })
  }
  return made
}

type Answer = [status: number, challenge: string | undefined, body: Record<string, unknown>]

/** What each of the doors says to one request. */
export async function answers(app: FastifyInstance, request: InjectOptions): Promise<[Answer, Answer]> {
  const ask = async (url: string): Promise<Answer> => {
    const { statusCode, headers, payload } = await app.inject({ ...request, url })
    return [statusCode, headers['www-authenticate'] as string | undefined, JSON.parse(payload)]
  }
  return [await ask('/guard'), await ask('/jwt')]
}
