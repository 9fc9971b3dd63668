import { isUtf8 } from 'node:buffer'

/** The segment of a text: its UTF-8 in base64url (RFC 7515 section 2). */
export function encodeText(text: string): string {
  return Buffer.from(text).toString('base64url')
}

/**
 * The bytes of a segment, if it is in the one valid spelling of them (RFC 4648 section 3.5). Other spellings would turn
 * one token into two.
 */
export function bytesOf(segment: string | undefined): Buffer | undefined {
  const bytes = Buffer.from(segment ?? '', 'base64url')
  return bytes.length > 0 && bytes.toString('base64url') === segment ? bytes : undefined
}

/** Whether a segment is in the one valid spelling of its bytes. */
export function isCanonical(segment: string | undefined): segment is string {
  return bytesOf(segment) !== undefined
}

/** The JSON object that a segment contains, or `undefined`. */
export function parseObject(segment: string | undefined): Record<string, unknown> | undefined {
  return objectIn(Buffer.from(segment ?? '', 'base64url'))
}

/** The JSON object in the bytes of a segment, or `undefined`. Invalid UTF-8 is not replaced, but refused. */
export function objectIn(bytes: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = isUtf8(bytes) ? JSON.parse(bytes.toString()) : undefined
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
