import type { Claims } from '../../access-token/claims.js'
import type { Context } from '../../context.js'
import { TokenError } from '../../errors.js'
import { checkBoolean, checkMembers, invalid } from '../../values/check.js'
import { checkScope } from '../../values/scope.js'

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
  if (auth === true || auth === 'optional') {
    return auth
  }
  if (typeof auth !== 'object' || auth === null) {
    throw invalid(where, "true, 'optional' or { scope, anyScope, introspect }", auth)
  }
  return checkDemands(where, auth)
}

/**
 * The same for a guard that requires something in any case.
 *
 * @throws TypeError
 */
export function checkDemands(where: string, demands: unknown): Demands {
  const { scope, anyScope, introspect } = checkMembers(where, demands, names, `${where}.`)
  if (scope === undefined && anyScope === undefined && introspect === undefined) {
    throw new TypeError(`${where} must require scope, anyScope or introspect`)
  }
  const scopeOf = (name: string, value: unknown): string | undefined =>
    value === undefined ? undefined : checkScope(value, `${where}.${name}`)
  // A copy: what a route requires does not change with an object of the application's.
  return {
    scope: scopeOf('scope', scope),
    anyScope: scopeOf('anyScope', anyScope),
    introspect: introspect === undefined ? undefined : checkBoolean(`${where}.introspect`, introspect),
  }
}

const names = ['scope', 'anyScope', 'introspect'] as const

/**
 * RFC 6750 section 3.1.
 *
 * @throws TokenError `ERR_INSUFFICIENT_SCOPE` 403, with the scope that would do
 */
export function checkGranted({ emit }: Context, claims: Claims, { scope, anyScope }: Demands): Claims {
  const granted = new Set(claims.scope?.split(' '))
  const hasAll = scope === undefined || scope.split(' ').every(name => granted.has(name))
  const hasAny = anyScope === undefined || anyScope.split(' ').some(name => granted.has(name))
  if (!hasAll || !hasAny) {
    emit({ type: 'refused', credential: 'access_token', reason: 'scope', sid: claims.sid })
    throw new TokenError('ERR_INSUFFICIENT_SCOPE', { scope: [scope, anyScope].filter(Boolean).join(' ') })
  }
  return claims
}
