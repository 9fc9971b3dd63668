import { createRequire } from 'node:module'
import { TokenError } from '@tokenratchet/core'
import type { JwtSource } from '@tokenratchet/core/http'
import type { FastifyInstance, FastifyPluginCallback, FastifyRequest } from 'fastify'
import { SeamRequest } from './request.js'

/** Its `app.jwt`, or what is there under a namespace. */
interface JwtDecorator {
  readonly options?: { readonly decoratorName?: string }
  verify(token: string, options: object): unknown
}

type Done = (error: unknown, result?: unknown) => void

/** A token that it has decoded with `complete`. */
interface Decoded {
  readonly input: string
  readonly signature: string
}

/** Where ours is when the application has registered one before. */
const namespace = 'tokenratchet'

/**
 * Registers @fastify/jwt, so that `request.jwtVerify()` and `app.jwt.verify()` take what the guard takes. It has no
 * key to sign with: nobody gets a token without a session.
 */
export async function registerJwt(
  app: FastifyInstance,
  source: JwtSource,
  decoratorName: string,
): Promise<void> {
  const isSecond = app.hasPlugin('@fastify/jwt')
  checkFree(app, isSecond)
  await app.register(load(), {
    ...(isSecond && { namespace }),
    decoratorName,
    secret: { public: keys(source) },
    decode: { complete: true },
    verify: {
      extractToken: (request: FastifyRequest) => source.tokenOf(new SeamRequest(request)),
      algorithms: source.algorithms,
      checkTyp: source.type,
      // Decided before, by the clock of the seam.
      ignoreExpiration: true,
      ignoreNotBefore: true,
    },
  })
  const { jwt } = app as unknown as { jwt: JwtDecorator & { [namespace]: JwtDecorator } }
  const decorator = isSecond ? jwt[namespace] : jwt
  decorator.verify = verifier(source, decorator.verify)
}

/** Whether it is @fastify/jwt of the application that has decorated requests so: the two share the property. */
export function isOfJwt(app: FastifyInstance, decoratorName: string): boolean {
  if (!app.hasPlugin('@fastify/jwt')) {
    return false
  }
  const { jwt } = app as unknown as { jwt: JwtDecorator }
  const all: (JwtDecorator | undefined)[] = [jwt, ...Object.values(jwt)]
  return all.some(each => each?.options?.decoratorName === decoratorName)
}

/** Required, not imported: its types declare `request.user`, in every program that sees them. */
function load(): FastifyPluginCallback<Record<string, unknown>> {
  return createRequire(import.meta.url)('@fastify/jwt')
}

function checkFree(app: FastifyInstance, isSecond: boolean): void {
  const { jwt } = app as unknown as { jwt?: object }
  const taken = isSecond
    ? namespace in Object(jwt) && `app.jwt.${namespace}`
    : (app.hasDecorator('jwt') && 'app.jwt') ||
      ['jwtVerify', 'jwtDecode'].find(name => app.hasRequestDecorator(name)) ||
      (app.hasReplyDecorator('jwtSign') && 'reply.jwtSign')
  if (taken) {
    throw new Error(`\`${taken}\` is taken: pass \`jwt: false\` to @tokenratchet/fastify`)
  }
}

/** The key of a token that the seam accepts. */
function keys(source: JwtSource) {
  return (request: FastifyRequest, { input, signature }: Decoded, done: Done): void => {
    let key: string | Buffer
    try {
      key = source.keyOf(new SeamRequest(request), `${input}.${signature}`)
    } catch (error) {
      done(error)
      return
    }
    done(null, key)
  }
}

/**
 * `app.jwt.verify`. Without a request @fastify/jwt tells a key function no spelling and hides its errors, and it can't
 * read encrypted tokens: so the seam is asked in front of it. It throws at once, as with a key that is no function: a
 * caller who does not await must not take a bad token for a good one. Options demand more of a token, never less.
 */
function verifier(source: JwtSource, verify: JwtDecorator['verify']) {
  const verified = (accessToken: string, options: object | undefined): unknown => {
    const { token, key } = source.open(accessToken)
    try {
      return verify(token, { ...options, key })
    } catch (error) {
      throw isOfToken(error) ? new TokenError('ERR_ACCESS_TOKEN_INVALID', { cause: error }) : error
    }
  }
  return (accessToken: string, options?: object | Done, callback?: Done): unknown => {
    const done = typeof options === 'function' ? (options as Done) : callback
    const demands = typeof options === 'function' ? undefined : options
    if (done === undefined) {
      return verified(accessToken, demands)
    }
    let claims: unknown
    try {
      claims = verified(accessToken, demands)
    } catch (error) {
      done(error)
      return undefined
    }
    done(null, claims)
    return undefined
  }
}

/** An option of the caller's that the token does not meet; a wrong option is the caller's own fault. */
function isOfToken(error: unknown): boolean {
  const { code = '' } = error as { code?: string }
  return code.startsWith('FAST_JWT_') && !/INVALID_(OPTION|KEY)$/.test(code)
}
