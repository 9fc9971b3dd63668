import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { SessionRef } from '../store/store.js'
import { invalid } from '../values/check.js'
import type { RefreshRing } from './ring.js'

/**
 * How the tokens of a session travel: in cookies, or in the response body and the Authorization header.
 *
 * @example
 * await tokens.issue({ subject: 'ada', transport: 'body' })
 */
export type Transport = 'cookie' | 'body'

/** The content of a refresh token. `handle` is the secret of the session; its hash is the public `sid`. */
export interface RefreshToken extends SessionRef {
  readonly transport: Transport
  readonly handle: Buffer
  readonly generation: number
}

/** @throws TypeError unless it is `cookie` or `body` */
export function checkTransport(transport: unknown): Transport {
  if (transport !== 'cookie' && transport !== 'body') {
    throw invalid('transport', "'cookie' or 'body'", transport)
  }
  return transport
}

// version and transport (1) | key id (4) | subject subjectHash (16) | session handle (16) | generation (6) | HMAC (32)
const at = { keyId: 1, subjectHash: 5, handle: 21, generation: 37, mac: 43, end: 75 } as const

/**
 * The first byte of a token: its high half is the version, 1. A byte of another version or transport is refused as
 * unknown.
 */
const firstByte: Readonly<Record<Transport, number>> = { cookie: 0x10, body: 0x11 }

/**
 * The form of a refresh token. 75 bytes are exactly 100 characters without padding bits, so each token has one spelling
 * (RFC 4648 section 3.5).
 */
const spelling = /^[A-Za-z0-9_-]{100}$/

/** Makes a new handle (128 random bits) and its session id, which reveals nothing about the handle. */
export function newHandle(): { handle: Buffer; sid: string } {
  const handle = randomBytes(16)
  return { handle, sid: sidOf(handle) }
}

/** Computes the text of a refresh token. The text is never stored. */
export function encodeRefreshToken(ring: RefreshRing, token: Omit<RefreshToken, 'sid'>): string {
  const bytes = Buffer.alloc(at.end)
  bytes[0] = firstByte[token.transport]
  ring.current.id.copy(bytes, at.keyId)
  bytes.write(token.subjectHash, at.subjectHash, 16, 'base64url')
  token.handle.copy(bytes, at.handle)
  bytes.writeUIntBE(token.generation, at.generation, 6)
  ring.current.mac.bytes(bytes.subarray(0, at.mac)).copy(bytes, at.mac)
  return bytes.toString('base64url')
}

/**
 * Reads a refresh token. Nothing in it is trusted before its MAC is checked, in constant time. The store is not asked,
 * so garbage and forgeries cost it nothing.
 *
 * @returns `undefined` for a token that this ring did not make
 */
export function decodeRefreshToken(ring: RefreshRing, text: unknown): RefreshToken | undefined {
  if (typeof text !== 'string' || !spelling.test(text)) {
    return undefined
  }
  const bytes = Buffer.from(text, 'base64url')
  const transport = transportOf(bytes[0])
  const key = ring.byId.get(bytes.toString('hex', at.keyId, at.subjectHash))
  if (transport === undefined || key === undefined) {
    return undefined
  }
  if (!timingSafeEqual(key.mac.bytes(bytes.subarray(0, at.mac)), bytes.subarray(at.mac))) {
    return undefined
  }
  const handle = bytes.subarray(at.handle, at.generation)
  return {
    transport,
    subjectHash: bytes.toString('base64url', at.subjectHash, at.handle),
    sid: sidOf(handle),
    handle,
    generation: bytes.readUIntBE(at.generation, 6),
  }
}

/**
 * Whether a text has the form of a refresh token and names a key that the ring does not have. This proves nothing:
 * anyone can write such a text.
 */
export function namesUnknownKey(ring: RefreshRing, text: unknown): boolean {
  if (typeof text !== 'string' || !spelling.test(text)) {
    return false
  }
  const bytes = Buffer.from(text, 'base64url')
  return (
    transportOf(bytes[0]) !== undefined && !ring.byId.has(bytes.toString('hex', at.keyId, at.subjectHash))
  )
}

function transportOf(byte: number | undefined): Transport | undefined {
  return byte === firstByte.cookie ? 'cookie' : byte === firstByte.body ? 'body' : undefined
}

function sidOf(handle: Buffer): string {
  return hash('sha256', handle, 'buffer').toString('base64url', 0, 16)
}
