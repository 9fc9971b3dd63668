import type { Claims } from '../access-token/claims.js'
import { checkMembers } from '../check.js'
import type { Context } from '../context.js'
import { TokenError } from '../errors.js'
import { checkScope } from '../scope.js'

/** What a route asks for beside a valid access token. */
export interface Demands {
  /** All of these names, with blanks between them. */
  scope?: string | undefined
  /** One of these names at least. */
  anyScope?: string | undefined
  /** Ask the store too: for routes that must not wait for a revocation to arrive. */
  introspect?: boolean | undefined
}

/**
 * How a route is guarded: only with a valid access token, with one or without, or by demands on top. `object`, because
 * any text would pass for demands, whose members are all optional.
 */
export type Auth = true | 'optional' | (Demands & object)

/**
 * @param where for the error: the route that asks
 * @returns what was asked for, apart from the caller's object
 * @throws TypeError
 */
export function checkAuth(where: string, auth: unknown): Auth {
  return auth === true || auth === 'optional' ? auth : checkDemands(where, auth)
}

/** @throws TypeError */
export function checkDemands(where: string, demands: unknown): Demands {
  checkMembers(where, demands, ['scope', 'anyScope', 'introspect'], `${where}.`)
  const { scope, anyScope, introspect } = demands as Demands
  for (const [name, value] of Object.entries({ scope, anyScope })) {
    if (value !== undefined) {
      try {
        checkScope(value)
      } catch (cause) {
        throw new TypeError(`${where}.${name}: ${(cause as Error).message}`)
      }
    }
  }
  if (introspect !== undefined && typeof introspect !== 'boolean') {
    throw new TypeError(`${where}.introspect must be true or false`)
  }
  if (scope === undefined && anyScope === undefined && introspect === undefined) {
    throw new TypeError(`${where} must ask for scope, anyScope or introspect`)
  }
  // A copy: what a route asks for does not change with an object of the application's.
  return { scope, anyScope, introspect }
}

/**
 * RFC 6750 section 3.1.
 *
 * @throws TokenError `ERR_INSUFFICIENT_SCOPE` 403, with the scope that would do
 */
export function checkGranted({ publish }: Context, claims: Claims, { scope, anyScope }: Demands): Claims {
  const granted = new Set(claims.scope?.split(' '))
  const hasAll = scope === undefined || scope.split(' ').every(name => granted.has(name))
  const hasAny = anyScope === undefined || anyScope.split(' ').some(name => granted.has(name))
  if (!hasAll || !hasAny) {
    publish({ type: 'refused', credential: 'access_token', reason: 'scope', sid: claims.sid })
    throw new TokenError('ERR_INSUFFICIENT_SCOPE', { scope: [scope, anyScope].filter(Boolean).join(' ') })
  }
  return claims
}
