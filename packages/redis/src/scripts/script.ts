import { createHash } from 'node:crypto'

export interface Script {
  readonly text: string
  /** SHA-1 of the text, by which EVALSHA names it. */
  readonly sha: string
}

export function script(...parts: readonly string[]): Script {
  const text = parts.join('')
  return { text, sha: createHash('sha1').update(text).digest('hex') }
}
