import { copyList, isList } from '../values/check.js'
import { kindOf } from '../values/kind.js'

/** Texts that appear in documentation and tutorials, so attackers know them. */
const published =
  /change.?(me|this|it)|replace.?(me|this|with)|your.{0,12}(secret|key|token)|(super|some|my|jwt|session|cookie|token|top|a.string).?secret|secret.?key|keyboard.?cat|pass(word|phrase)|example|averylon?gphrase|at.?least|minimum.?length|test.?secret|0123456789|1234567890|abcdefghij|qwertyui|lorem.?ipsum/i

/** Key material of another kind. If a public key were the secret, anyone could sign tokens. */
const keyMaterial = /-{4,}\s*BEGIN|ssh-(rsa|dss|ed25519)|ecdsa-sha2-|kty\\*["']\s*:|2d2d2d2d2d424547494e/i

/** The same in base64: PEM at each of the three alignments, a JWK, and the DER of keys and certificates. */
const encodedKeyMaterial =
  /LS0tLS1CRUdJTi|0tLS0tQkVHSU4|tLS0tLUJFR0lO|eyJrdHki|AAAA[BC]3NzaC1|MII[A-J][\w+/-]{200}|MFkwEwYHKoZIzj0|MCowBQYDK2Vw|MC4CAQAwBQYDK2Vw|MHcCAQEE|MIGHAgEAMBMGByqGSM49/

/** A ring of secrets, never empty. The first entry signs, every entry verifies. */
export type Secrets = readonly [string, ...string[]]

/**
 * Checks the secrets of a ring. The first entry signs, every entry verifies.
 *
 * @throws TypeError that says which entry is wrong and why, and never shows any part of it
 */
export function checkSecrets(secret: unknown): Secrets {
  if (secret === undefined) {
    throw new TypeError(
      'secret is required: 32 random bytes or more, for example from `openssl rand -base64 32`',
    )
  }
  const isRing = isList('secret', secret)
  const ring = isRing ? copyList('secret', 'a ring of strings', secret) : [secret]
  if (ring.length === 0) {
    throw new TypeError('secret must not be an empty ring: pass at least one secret')
  }
  ring.forEach((entry, index) => {
    const name = isRing ? `secret[${index}]` : 'secret'
    const flaw = flawOf(entry)
    if (flaw !== undefined) {
      throw new TypeError(`${name} ${flaw}`)
    }
    if (ring.indexOf(entry) !== index) {
      throw new TypeError(`${name} is in the ring twice: remove one of the two`)
    }
  })
  return ring as unknown as Secrets
}

function flawOf(secret: unknown): string | undefined {
  if (typeof secret !== 'string') {
    return `must be a string or a ring of strings (got ${kindOf(secret)})`
  }
  if (keyMaterial.test(secret) || encodedKeyMaterial.test(secret)) {
    return 'must be random text, not a PEM, a certificate, an SSH key or a JWK'
  }
  if (Buffer.byteLength(secret) < 32) {
    return `must have 32 bytes or more (got ${Buffer.byteLength(secret)}: use the output of openssl rand -base64 32)`
  }
  // 32 random hexadecimal digits show about 14 different ones; fewer than 8 happens once in 28 million.
  if (new Set(secret).size < 8 || /^(.{1,16}?)\1+$/s.test(secret)) {
    return 'must be random, but repeats itself: use the output of openssl rand -base64 32'
  }
  if (published.test(secret)) {
    return 'must be random, but contains a published example: use the output of openssl rand -base64 32'
  }
  return undefined
}
