import { isUtf8 } from 'node:buffer'

/** RFC 4648 section 3.5: other spellings of the same bytes would make two tokens of one. */
export function isCanonical(segment: string | undefined): segment is string {
  return (
    segment !== undefined &&
    segment !== '' &&
    Buffer.from(segment, 'base64url').toString('base64url') === segment
  )
}

/** The JSON object in a segment, if there is one. */
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
