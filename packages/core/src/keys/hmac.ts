import { createHmac, hash } from 'node:crypto'

const blockLength = 64
const hashLength = 32

/** The most bytes that are hashed without Node's `Hmac`. All that we sign is shorter. */
const maxFastLength = 8192

/**
 * HMAC-SHA-256 (RFC 2104) with one key, as two one-shot hashes over pads that are computed once. Node's `Hmac` is a native
 * object for each MAC: it takes about three times as long, and the garbage collector must free it.
 */
export class HmacSha256 {
  readonly #key: Buffer
  /** The key with the inner pad, and behind it the message. Overwritten by each MAC, which is why nothing here may await. */
  readonly #inner = Buffer.alloc(blockLength + maxFastLength)
  /** The key with the outer pad, and behind it the inner hash. */
  readonly #outer = Buffer.alloc(blockLength + hashLength)

  /** @param key 1 to 64 bytes: a longer key would have to be hashed first */
  constructor(key: Buffer) {
    if (key.length === 0 || key.length > blockLength) {
      throw new RangeError(`a key for HMAC must have 1 to ${blockLength} bytes (got ${key.length})`)
    }
    this.#key = key
    for (let index = 0; index < blockLength; index++) {
      this.#inner[index] = (key[index] ?? 0) ^ 0x36
      this.#outer[index] = (key[index] ?? 0) ^ 0x5c
    }
  }

  /** @param message bytes, or ASCII text @returns 32 bytes that belong to the caller */
  bytes(message: Uint8Array | string): Buffer {
    return Buffer.from(this.#digest(message, 'binary'), 'latin1')
  }

  /** @param message bytes, or ASCII text @returns the MAC in base64url */
  base64url(message: Uint8Array | string): string {
    return this.#digest(message, 'base64url')
  }

  #digest(message: Uint8Array | string, encoding: 'binary' | 'base64url'): string {
    if (message.length > maxFastLength) {
      return createHmac('sha256', this.#key).update(message).digest(encoding)
    }
    if (typeof message === 'string') {
      this.#inner.write(message, blockLength, 'latin1')
    } else {
      this.#inner.set(message, blockLength)
    }
    const inner = hash('sha256', this.#inner.subarray(0, blockLength + message.length), 'binary')
    this.#outer.write(inner, blockLength, 'latin1')
    return hash('sha256', this.#outer, encoding)
  }
}
