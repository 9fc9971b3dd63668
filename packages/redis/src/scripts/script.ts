import { createHash } from 'node:crypto'

export interface Script {
  readonly text: string
  /** The SHA-1 of the text, for EVALSHA. */
  readonly sha: string
}

export function script(...parts: readonly string[]): Script {
  const text = parts.join('')
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
