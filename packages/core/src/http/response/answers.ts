import { STATUS_CODES } from 'node:http'
import type { TokenError } from '../../errors.js'
import { isTokenError } from '../../is-token-error.js'
import type { Issued } from '../../verbs/mint.js'
import type { HttpResponse } from '../types.js'

/** Forbids every cache to store a token (RFC 6749 section 5.1). */
export const noStore = { 'cache-control': 'no-store' } as const

/**
 * The response body when the tokens are in cookies. It contains no token.
 *
 * @example
 * ```ts
 * const answer: CookieAnswer = await reply.issueTokens({ subject: user.id })
 * ```
 */
export interface CookieAnswer {
  /** The seconds until the access token expires. */
  readonly expires_in: number
  /** The granted scope names, separated by single spaces. */
  readonly scope?: string
}

/**
 * The response body when it carries the tokens (RFC 6749 section 5.1).
 *
 * @example
 * ```ts
 * const answer: BodyAnswer = await reply.issueTokens({ subject: user.id, transport: 'body' })
 * ```
 */
export interface BodyAnswer extends CookieAnswer {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly refresh_token: string
}

/** Makes the body of a response with cookies. Tokens in cookies are never in a body too: scripts could read them. */
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
 * Makes the response of a token route that refuses (RFC 6749 section 5.2). Only a 401 carries a challenge (RFC 6750
 * section 3), such as for an expired Bearer token at logout.
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
 * Makes the response to an error of a guard, of `issueTokens` or of `revokeTokens`. It is the same in all frameworks:
 * what Fastify's default error handler sends.
 *
 * @returns `undefined` for an error that is not a `TokenError`
 * @example
 * ```ts
 * const answer = errorResponse(error) ?? { status: 500, headers: {}, body: {} }
 * response.writeHead(answer.status, answer.headers).end(JSON.stringify(answer.body))
 * ```
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
