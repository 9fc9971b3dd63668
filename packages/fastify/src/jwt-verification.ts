import { TokenError } from '@tokenratchet/core'
import type { JwtSource } from '@tokenratchet/core/http'
import type { FastifyRequest } from 'fastify'
import type { JwtDecorator } from './jwt-decorator.js'
import { AdaptedRequest } from './request.js'

type Done = (error: unknown, result?: unknown) => void

/** A token that @fastify/jwt has decoded with `complete`. */
interface Decoded {
  readonly input: string
  readonly signature: string
}

/** What @fastify/jwt asks of every token. Dates are decided before, by the clock of the HTTP layer. */
export function demandsOf({ algorithms, type }: JwtSource): object {
  return { algorithms, checkTyp: type, ignoreExpiration: true, ignoreNotBefore: true }
}

/** How @fastify/jwt asks for the key of a token. */
type KeyFunction = (request: FastifyRequest, decoded: Decoded, done: Done) => void

/** The key of a token that the HTTP layer accepts. */
export function keys(source: JwtSource): KeyFunction {
  return (request, { input, signature }, done) => {
    let key: string | Buffer
    try {
      key = source.keyOf(new AdaptedRequest(request), `${input}.${signature}`)
    } catch (error) {
      done(error)
      return
    }
    done(null, key)
  }
}

/** Answers the claims, or calls back with them, as `app.jwt.verify` of @fastify/jwt does. */
type Verify = (accessToken: string, options?: object | Done, callback?: Done) => unknown

/**
 * `app.jwt.verify`. Without a request @fastify/jwt tells a key function no spelling and hides its errors, and it can't
 * read encrypted tokens: so the HTTP layer is asked in front of it. It throws at once, as with a key that is no function: a
 * caller who does not await must not take a bad token for a good one. Options demand more of a token, never less.
 */
export function verifier(source: JwtSource, verify: JwtDecorator['verify']): Verify {
  const verified = (accessToken: string, options: object | undefined): unknown => {
    const { token, key } = source.open(accessToken)
    try {
      // Up to 10.2.2 of @fastify/jwt they replace those of the registration.
      return verify(token, { ...demandsOf(source), ...options, key })
    } catch (error) {
      throw isOfToken(error) ? new TokenError('ERR_ACCESS_TOKEN_INVALID', { cause: error }) : error
    }
  }
  return (accessToken, options, callback) => {
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
