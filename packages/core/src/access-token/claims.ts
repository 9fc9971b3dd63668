import { kindOf } from '../values/kind.js'
import { toJson } from './json.js'

/**
 * The claims that Tokenratchet puts into every access token. `iat` and `exp` are seconds since the epoch by the
 * application's clock.
 *
 * @example
 * const { sub, sid }: RegisteredClaims = tokens.verify(accessToken)
 */
export interface RegisteredClaims {
  iss?: string
  aud?: string
  /** The subject: the id of the user. */
  sub: string
  /** The public id of the session. It appears in lists, logs and the store, and gives no access. */
  sid: string
  /** The id of this token: a UUID. */
  jti: string
  iat: number
  exp: number
  /** Names separated by spaces (RFC 9068 section 2.2.3), if a scope was granted. */
  scope?: string
}

/**
 * All claims of an access token: those of Tokenratchet and those of the application.
 *
 * @example
 * const claims: Claims<{ role: string }> = tokens.verify(accessToken)
 */
export type Claims<C extends object = object> = RegisteredClaims & C

/** Names that the application must not set (RFC 7519 section 4.1, RFC 9068 section 2.2, and ours). */
const reserved = ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'nbf', 'scope']

/**
 * Converts the application's claims to JSON values, without members that are `undefined`.
 *
 * @throws TypeError that names a claim which JSON would lose or change, or whose name is reserved
 */
export function checkClaims(claims: unknown): Record<string, unknown> {
  if (typeof claims !== 'object' || claims === null) {
    throw new TypeError(`claims must be an object (got ${kindOf(claims)})`)
  }
  const json = toJson('claims', claims)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new TypeError(`claims must be an object (got ${kindOf(json)})`)
  }
  // Check the converted value: a `toJSON` of the application may have returned any name.
  const name = reserved.find(each => Object.hasOwn(json, each))
  if (name !== undefined) {
    throw new TypeError(`claims must not contain "${name}": it is set by tokenratchet. Use another name`)
  }
  return json
}
