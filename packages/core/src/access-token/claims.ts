import { kindOf } from '../values/kind.js'
import { toJson } from './json.js'

/** What every access token of ours says. `iat` and `exp` are seconds since the epoch by the app's clock. */
export interface RegisteredClaims {
  iss?: string
  aud?: string
  /** The subject. */
  sub: string
  /** The session's public id: in lists, logs and the store. */
  sid: string
  /** This token's id: a UUID. */
  jti: string
  iat: number
  exp: number
  /** Names with blanks between them (RFC 9068 section 2.2.3), when the session has a scope. */
  scope?: string
}

/** The claims of a token: ours, and the application's own. */
export type Claims<C extends object = object> = RegisteredClaims & C

/** Names that are not the application's to set (RFC 7519 section 4.1, RFC 9068 section 2.2, and ours). */
const reserved = ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp', 'nbf', 'scope']

/**
 * The application's claims as JSON carries them: without members that are `undefined`.
 *
 * @throws TypeError that names the claim which JSON would lose or change, or whose name is reserved
 */
export function checkClaims(claims: unknown): Record<string, unknown> {
  if (typeof claims !== 'object' || claims === null) {
    throw new TypeError(`claims must be an object (got ${kindOf(claims)})`)
  }
  const json = toJson('claims', claims)
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new TypeError(`claims must be an object (got ${kindOf(json)})`)
  }
  // Of what JSON made of it: a toJSON of the application's may have put anything there.
  const name = reserved.find(each => Object.hasOwn(json, each))
  if (name !== undefined) {
    throw new TypeError(`claims must not contain "${name}": it is set by tokenratchet. Use another name`)
  }
  return json
}
