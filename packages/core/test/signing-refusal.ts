import { inspect } from 'node:util'
import { createTokens, type TokensOptions } from '@tokenratchet/core'
import { randomSecret } from './fixture.js'

/** What is said of these keys: a TypeError, or something else spelled out. */
export function refusal(signingKeys: unknown): TypeError | string {
  try {
    createTokens({ secret: randomSecret(), signingKeys } as TokensOptions)
    return 'accepted'
  } catch (error) {
    return error instanceof TypeError ? error : `${error}`
  }
}

/** All that a key is made of: runs of 12 characters of these must not be in an error. */
function material(entry: unknown): string[] {
  const text = typeof entry === 'object' ? JSON.stringify(entry) : String(entry)
  return text.match(/[A-Za-z0-9+/_-]{12,}/g) ?? []
}

/** What of a key an error shows. */
export function shown(errors: unknown[], entry: unknown): string[] {
  const text = errors.map(error => inspect(error, { showHidden: true, depth: 9 })).join()
  return material(entry).filter(part => text.includes(part.slice(0, 12)))
}
