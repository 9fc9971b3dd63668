import { createHash } from 'node:crypto'
import { deriveKey } from '../keys/derive.js'
import { HmacSha256 } from '../keys/hmac.js'
import type { Secrets } from '../keys/secret.js'

export interface RefreshKey {
  /** 4 bytes of a hash of the key. It does not depend on the position, so a ring may be reordered. */
  readonly id: Buffer
  readonly mac: HmacSha256
}

/**
 * The keys that authenticate refresh tokens. `current` makes new tokens; each key of the ring checks the tokens that
 * name it.
 */
export interface RefreshRing {
  readonly current: RefreshKey
  readonly byId: ReadonlyMap<string, RefreshKey>
}

export function refreshRing([first, ...others]: Secrets, issuer: string | undefined): RefreshRing {
  const current = refreshKey(first, issuer)
  const keys = [current, ...others.map(secret => refreshKey(secret, issuer))]
  return { current, byId: new Map(keys.map(key => [key.id.toString('hex'), key])) }
}

function refreshKey(secret: string, issuer: string | undefined): RefreshKey {
  const bytes = deriveKey(secret, 'refresh token HMAC-SHA-256', issuer)
  return { id: createHash('sha256').update(bytes).digest().subarray(0, 4), mac: new HmacSha256(bytes) }
}
