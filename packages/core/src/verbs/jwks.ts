import type { Context } from '../context.js'
import type { PublicJwk } from '../keys/jwk.js'

/**
 * A set of public keys (RFC 7517 section 5).
 *
 * @example
 * const { keys }: JwkSet = tokens.jwks()
 */
export interface JwkSet {
  keys: PublicJwk[]
}

/** The public keys of the ring; the one that signs comes first. Without signing keys the list is empty. */
export function jwks({ settings }: Context): JwkSet {
  return { keys: settings.signingKeys?.map(({ jwk }) => ({ ...jwk })) ?? [] }
}
