import { isUtf8 } from 'node:buffer'

/**
 * Whether a segment is in the one valid spelling of its bytes (RFC 4648 section 3.5). Other spellings would turn one
 * token into two.
 */
export function isCanonical(segment: string | undefined): segment is string {
  return (
    segment !== undefined &&
    segment !== '' &&
    Buffer.from(segment, 'base64url').toString('base64url') === segment
  )
}

/** The JSON object that a segment contains, or `undefined`. */
export function parseObject(segment: string | undefined): Record<string, unknown> | undefined {
  const bytes = Buffer.from(segment ?? '', 'base64url')
  try {
    const value: unknown = isUtf8(bytes) ? JSON.parse(bytes.toString()) : undefined
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}
