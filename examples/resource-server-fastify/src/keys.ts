// The issuer's public keys, as @fastify/jwt takes them. Fetching, keeping and choosing is left to jose.
import { KeyObject } from 'node:crypto'
import { createRemoteJWKSet, errors, type JWSHeaderParameters } from 'jose'
import type { Config } from './config.js'

/** The public key of a token in PEM; `undefined` when the issuer has none for it. Rejects when they can't be fetched. */
export type KeyOf = (header: JWSHeaderParameters) => Promise<string | undefined>

/** Of a token that names no key of the issuer's, or none where there are several. */
const kinds = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported]

export function issuerKeys({ jwksUrl, jwksCooldown }: Config): KeyOf {
  // Fetched at the first token, kept for ten minutes, and fetched again for a `kid` that is not in it.
  const find = createRemoteJWKSet(jwksUrl, { cooldownDuration: jwksCooldown * 1000 })
  return async header => {
    try {
      return KeyObject.from(await find(header)).export({ type: 'spki', format: 'pem' }) as string
    } catch (error) {
      if (kinds.some(kind => error instanceof kind)) {
        return undefined
      }
      throw error
    }
  }
}
