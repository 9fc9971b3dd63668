import { LRUCache } from 'lru-cache'
import type { Claims } from './claims.js'

/** The most tokens in the cache. The signature of a token that falls out is verified again. */
const maxEntries = 10_000

/** Tokens whose signature was verified once. The caller must still check dates and revocation at each use. */
export interface VerifiedTokens {
  get(token: string): Claims | undefined
  set(token: string, claims: Claims): void
  clear(): void
}

/**
 * A cache whose key is the whole token, character for character: no other spelling finds an entry, and no two tokens
 * share one.
 */
export function verifiedTokens(): VerifiedTokens {
  const cache = new LRUCache<string, Claims>({ max: maxEntries })
  return {
    get: token => cache.get(token),
    set(token, claims) {
      // Copy the token: it may be a slice that keeps a whole Cookie header in memory.
      cache.set(Buffer.from(token, 'latin1').toString('latin1'), freezeNested(claims))
    },
    clear: () => cache.clear(),
  }
}

/**
 * Freezes what is nested in the claims. Each request gets a top-level object of its own, but all requests share the
 * rest.
 */
function freezeNested(claims: Claims): Claims {
  for (const value of Object.values(claims)) {
    freeze(value)
  }
  return claims
}

function freeze(value: unknown): void {
  if (typeof value === 'object' && value !== null) {
    Object.values(Object.freeze(value)).forEach(freeze)
  }
}
