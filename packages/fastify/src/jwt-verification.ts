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

/** Returns the options with which @fastify/jwt verifies every token. The HTTP layer has checked the dates before. */
export function demandsOf({ algorithms, type }: JwtSource): object {
  return { algorithms, checkTyp: type, ignoreExpiration: true, ignoreNotBefore: true }
}

/** The function that @fastify/jwt calls for the key of a token. */
type KeyFunction = (request: FastifyRequest, decoded: Decoded, done: Done) => void

/** Creates a key function that returns a key only for a token that the HTTP layer accepts. */
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

/** Returns the claims, or passes them to a callback, like `app.jwt.verify` of @fastify/jwt. */
type Verify = (accessToken: string, options?: object | Done, callback?: Done) => unknown

/**
 * Creates `app.jwt.verify`. It throws at once and returns no promise: a caller who forgets `await` must not take an
 * invalid token for a valid one. Options may demand more of a token, never less.
 *
 * The HTTP layer checks the token first. Without a request, @fastify/jwt does not pass the token's exact text to a key
 * function, hides the errors of that function, and can't read encrypted tokens.
 */
export function verifier(source: JwtSource, verify: JwtDecorator['verify']): Verify {
  const verified = (accessToken: string, options: object | undefined): unknown => {
    const { token, key } = source.open(accessToken)
    try {
      // Up to version 10.2.2 of @fastify/jwt, these options replace the ones of the registration, so repeat them.
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

/** Returns whether the token fails a demand of the caller. An invalid option is the caller's mistake instead. */
function isOfToken(error: unknown): boolean {
  const { code = '' } = error as { code?: string }
  return code.startsWith('FAST_JWT_') && !/INVALID_(OPTION|KEY)$/.test(code)
}
