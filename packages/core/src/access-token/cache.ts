import type { Claims } from './claims.js'

/**
 * The most tokens in each of the two halves of the cache. The signature of a token that falls out is verified again, so
 * that the number bounds memory and decides nothing.
 */
const maxPerHalf = 5_000

/** Tokens whose signature was verified once. The caller must still check dates and revocation at each use. */
export interface VerifiedTokens {
  get(token: string): Claims | undefined
  set(token: string, claims: Claims): void
  clear(): void
}

/**
 * A cache whose key is the whole token, character for character: no other spelling finds an entry, and no two tokens
 * share one. When the young half is full, it becomes the old half, and what was old is dropped. A token that is used
 * while it is old becomes young again: tokens in use stay, with one lookup for each.
 */
export function verifiedTokens(): VerifiedTokens {
  let young = new Map<string, Claims>()
  let old = new Map<string, Claims>()
  const add = (token: string, claims: Claims) => {
    if (young.size >= maxPerHalf) {
      old = young
      young = new Map()
    }
    young.set(token, claims)
  }
  return {
    get(token) {
      const found = young.get(token)
      if (found !== undefined) {
        return found
      }
      const aged = old.get(token)
      if (aged !== undefined) {
        old.delete(token)
        add(token, aged)
      }
      return aged
    },
    set(token, claims) {
      // Copy the token: it may be a slice that keeps a whole Cookie header in memory.
      add(Buffer.from(token, 'latin1').toString('latin1'), freezeNested(claims))
    },
    clear() {
      young = new Map()
      old = new Map()
    },
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
