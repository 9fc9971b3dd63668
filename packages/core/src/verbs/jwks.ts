import type { Context } from '../context.js'
import type { PublicJwk } from '../keys/jwk.js'

/** RFC 7517 section 5. */
export interface JwkSet {
  keys: PublicJwk[]
}

/** The keys of the ring, the one that signs first. A secret has none. */
export function jwks({ settings }: Context): JwkSet {
  return { keys: settings.signingKeys?.map(({ jwk }) => ({ ...jwk })) ?? [] }
}
