import { STATUS_CODES } from 'node:http'
import type { TokenError } from '../../errors.js'
import { isTokenError } from '../../is-token-error.js'
import type { Issued } from '../../verbs/mint.js'
import type { HttpResponse } from '../types.js'

/** RFC 6749 section 5.1: no cache keeps a token. */
export const noStore = { 'cache-control': 'no-store' } as const

/** What belongs into the body when the tokens are in cookies. */
export interface CookieAnswer {
  /** Seconds that the access token lives. */
  readonly expires_in: number
  readonly scope?: string
}

/** RFC 6749 section 5.1. */
export interface BodyAnswer extends CookieAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly refresh_token: string
}

/** Tokens in cookies are never in a body too. */
export function cookieAnswer(issued: Issued): CookieAnswer {
  return { expires_in: issued.expiresIn, ...scopeOf(issued) }
}

export function bodyAnswer(issued: Issued): BodyAnswer {
  return {
    access_token: issued.accessToken,
    token_type: 'Bearer',
    expires_in: issued.expiresIn,
    refresh_token: issued.refreshToken,
    ...scopeOf(issued),
  }
}

function scopeOf({ scope }: Issued): { scope?: string } {
  return scope === undefined ? {} : { scope }
}

/**
 * What a token route answers when it refuses (RFC 6749 section 5.2). A challenge (RFC 6750 section 3) belongs to a 401
 * here, as with a dead Bearer at logout.
 */
export function refusalResponse({ status, error, message, headers }: TokenError): HttpResponse {
  const { 'www-authenticate': challenge, ...others } = headers
  const challenged = status === 401 && challenge !== undefined && { 'www-authenticate': challenge }
  return {
    status,
    headers: { ...noStore, ...others, ...challenged },
    body: { error, error_description: message },
  }
}

/**
 * What an application answers to an error of a guard, of `issueTokens` or `revokeTokens`: in all frameworks what
 * Fastify makes of such an error by itself.
 *
 * @returns `undefined` for an error that is not ours
 */
export function errorResponse(error: unknown): HttpResponse | undefined {
  if (!isTokenError(error)) {
    return undefined
  }
  const { status, code, message, headers } = error
  return {
    status,
    headers: { ...headers },
    body: { statusCode: status, code, error: STATUS_CODES[status], message },
  }
}
