import { createHash, hkdfSync } from 'node:crypto'

/** What a derived key is for. Another use is another label, so that no token of one kind passes as another kind. */
export type KeyUse = 'access token HS256' | 'access token A256GCM' | 'refresh token HMAC-SHA-256'

/**
 * HKDF-SHA-256 (RFC 5869): 32 bytes for one use, of one issuer, from a secret. The issuer is part of it, so that
 * deployments which share a secret by mistake do not accept each other's tokens.
 */
export function deriveKey(secret: string, use: KeyUse, issuer: string | undefined): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `tokenratchet 1 ${use}\n${issuer ?? ''}`, 32))
}

/** What the `kid` of a token says of a derived key: by the key, so that a ring may be reordered. */
export function keyIdOf(key: Buffer): string {
  return createHash('sha256').update(key).digest().toString('base64url', 0, 6)
}
