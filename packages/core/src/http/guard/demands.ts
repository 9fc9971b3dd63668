import type { Claims } from '../../access-token/claims.js'
import type { Context } from '../../context.js'
import { TokenError } from '../../errors.js'
import { checkBoolean, checkMembers, invalid } from '../../values/check.js'
import { checkScope } from '../../values/scope.js'

/**
 * What a route requires in addition to a valid access token. At least one member must be set.
 *
 * @example
 * ```ts
 * const demands: Demands = { scope: 'orders:write', introspect: true }
 * ```
 */
export interface Demands {
  /**
   * Requires all of these scope names, separated by single spaces.
   *
   * @example 'orders:read orders:write'
   */
  scope?: string | undefined
  /**
   * Requires at least one of these scope names, separated by single spaces.
   *
   * @example 'admin support'
   */
  anyScope?: string | undefined
  /**
   * Requires that the session still exists in the store, which is read once for each request. Use it on routes that
   * must refuse a revoked session at once, before its revocation has reached this process.
   *
   * @example true
   */
  introspect?: boolean | undefined
}

/**
 * How a route is guarded. **`'optional'` also admits requests without a valid access token.** `true` requires one.
 * Demands require one and more.
 *
 * The type says `object` because all members of `Demands` are optional, and any string would be assignable.
 *
 * @example
 * ```ts
 * const auth: Auth = { scope: 'admin' }
 * ```
 */
export type Auth = true | 'optional' | (Demands & object)

/**
 * Checks how a route is guarded.
 *
 * @param where the name of the setting, for the error
 * @returns a copy, which later changes of the caller's object do not affect
 * @throws TypeError that names the setting
 * @example
 * ```ts
 * const auth = checkAuth('config.auth of GET /me', 'optional')
 * ```
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
 * Checks demands, as `checkAuth` does, for a guard that is neither `true` nor `'optional'`.
 *
 * @throws TypeError that names the demand
 * @example
 * ```ts
 * const demands = checkDemands('auth.require', { scope: 'admin' })
 * ```
 */
export function checkDemands(where: string, demands: unknown): Demands {
  const { scope, anyScope, introspect } = checkMembers(where, demands, names, `${where}.`)
  if (scope === undefined && anyScope === undefined && introspect === undefined) {
    throw new TypeError(
      `${where} must require scope, anyScope or introspect (got none of them: add one, such as scope: 'admin')`,
    )
  }
  const scopeOf = (name: string, value: unknown): string | undefined =>
    value === undefined ? undefined : checkScope(value, `${where}.${name}`)
  // A copy: if the application changes its object later, the route still requires the same.
  return {
    scope: scopeOf('scope', scope),
    anyScope: scopeOf('anyScope', anyScope),
    introspect: introspect === undefined ? undefined : checkBoolean(`${where}.introspect`, introspect),
  }
}

const names = ['scope', 'anyScope', 'introspect'] as const

/**
 * Checks the scope of a token against the demands of a route (RFC 6750 section 3.1).
 *
 * @throws TokenError `ERR_INSUFFICIENT_SCOPE` (403), with the scope that the route requires
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
