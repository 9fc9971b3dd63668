import { LRUCache } from 'lru-cache'
import type { Claims } from './claims.js'

/** Tokens. What falls out is verified again. */
const maxEntries = 10_000

/** Tokens whose signature was verified once. Whoever takes one out checks its dates and its session again. */
export interface VerifiedTokens {
  get(token: string): Claims | undefined
  set(token: string, claims: Claims): void
  clear(): void
}

/** Keyed by the whole token, letter for letter: no other spelling finds an entry, and no two tokens share one. */
export function verifiedTokens(): VerifiedTokens {
  const cache = new LRUCache<string, Claims>({ max: maxEntries })
  return {
    get: token => cache.get(token),
    set(token, claims) {
      // A copy: the token may be a slice that keeps a whole Cookie header in memory.
      cache.set(Buffer.from(token, 'latin1').toString('latin1'), freezeNested(claims))
    },
    clear: () => cache.clear(),
  }
}

/** Requests get a top-level object of their own, and share what is inside: that must not change. */
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
