import { createHash, hkdfSync } from 'node:crypto'

/**
 * What a derived key is used for. Each use has its own label, so a token of one kind is never accepted as another kind.
 */
export type KeyUse = 'access token HS256' | 'access token A256GCM' | 'refresh token HMAC-SHA-256'

/**
 * Derives a key of 32 bytes for one use and one issuer from a secret (HKDF-SHA-256, RFC 5869). The issuer is included
 * so that deployments which share a secret by mistake do not accept each other's tokens.
 */
export function deriveKey(secret: string, use: KeyUse, issuer: string | undefined): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `tokenratchet 1 ${use}\n${issuer ?? ''}`, 32))
}

/** The `kid` of a derived key. It depends on the key and not on its position, so a ring may be reordered. */
export function keyIdOf(key: Buffer): string {
  return createHash('sha256').update(key).digest().toString('base64url', 0, 6)
}
