/**
 * Every `code` that a `TokenError` can have: what is wrong with a request, or that the store failed.
 *
 * @example
 * if (isTokenError(error) && error.code === 'ERR_ACCESS_TOKEN_EXPIRED') await refresh()
 */
export type TokenErrorCode =
  | 'ERR_ACCESS_TOKEN_MISSING'
  | 'ERR_ACCESS_TOKEN_INVALID'
  | 'ERR_ACCESS_TOKEN_EXPIRED'
  | 'ERR_ACCESS_TOKEN_REVOKED'
  | 'ERR_INSUFFICIENT_SCOPE'
  | 'ERR_SESSION_NOT_FOUND'
  | 'ERR_INVALID_GRANT'
  | 'ERR_INVALID_REQUEST'
  | 'ERR_INVALID_BODY'
  | 'ERR_BODY_TOO_LARGE'
  | 'ERR_UNSUPPORTED_CONTENT_ENCODING'
  | 'ERR_INVALID_SCOPE'
  | 'ERR_UNSUPPORTED_GRANT_TYPE'
  | 'ERR_FORBIDDEN_ORIGIN'
  | 'ERR_STORE_UNAVAILABLE'

interface Meaning {
  /** HTTP status. */
  readonly status: number
  /** The `error` of RFC 6749 section 5.2 and RFC 6750 section 3.1. */
  readonly error?: string
  /** A constant: a message never contains input. */
  readonly message: string
  readonly headers: Readonly<Record<string, string>>
}

const challenge = (error: string, message: string): Record<string, string> => ({
  'www-authenticate': `Bearer error="${error}", error_description="${message}"`,
})

const accessTokenError = (message: string): Meaning => ({
  status: 401,
  error: 'invalid_token',
  message,
  headers: challenge('invalid_token', message),
})

const meanings: Readonly<Record<TokenErrorCode, Meaning>> = {
  // RFC 6750 section 3.1: without credentials the challenge carries no error.
  ERR_ACCESS_TOKEN_MISSING: {
    status: 401,
    message: 'An access token is required',
    headers: { 'www-authenticate': 'Bearer' },
  },
  ERR_ACCESS_TOKEN_INVALID: accessTokenError('The access token is invalid'),
  ERR_ACCESS_TOKEN_EXPIRED: accessTokenError('The access token has expired'),
  ERR_ACCESS_TOKEN_REVOKED: accessTokenError('The access token has been revoked'),
  ERR_INSUFFICIENT_SCOPE: {
    status: 403,
    error: 'insufficient_scope',
    message: 'The access token lacks a scope that this route requires',
    headers: challenge('insufficient_scope', 'The access token lacks a scope that this route requires'),
  },
  // Also for another user's session: a caller must not learn whether it exists.
  ERR_SESSION_NOT_FOUND: {
    status: 404,
    error: 'invalid_request',
    message: 'There is no such session',
    headers: {},
  },
  // One text for unknown, expired, revoked, reused and forged: a thief learns nothing.
  ERR_INVALID_GRANT: {
    status: 400,
    error: 'invalid_grant',
    message: 'The refresh token is invalid',
    headers: {},
  },
  ERR_INVALID_REQUEST: {
    status: 400,
    error: 'invalid_request',
    message: 'The request carries no credential, a malformed one, or more than one',
    headers: challenge('invalid_request', 'The request carries a malformed credential, or more than one'),
  },
  ERR_INVALID_BODY: {
    status: 400,
    error: 'invalid_request',
    message:
      'The body is invalid: send each parameter once, as text, in a form or a JSON object, and grant_type=refresh_token with a refresh token',
    headers: {},
  },
  ERR_BODY_TOO_LARGE: {
    status: 413,
    error: 'invalid_request',
    message: 'The body is larger than 8192 bytes',
    headers: {},
  },
  // RFC 9110 section 15.5.16. Not 400 `invalid_request`, after which clients give their session up.
  ERR_UNSUPPORTED_CONTENT_ENCODING: {
    status: 415,
    error: 'invalid_request',
    message: 'The body is compressed: send it without a Content-Encoding',
    headers: { 'accept-encoding': 'identity' },
  },
  ERR_INVALID_SCOPE: {
    status: 400,
    error: 'invalid_scope',
    message: 'The scope is malformed, or exceeds the scope granted at login',
    headers: {},
  },
  ERR_UNSUPPORTED_GRANT_TYPE: {
    status: 400,
    error: 'unsupported_grant_type',
    message: 'The grant type is not supported: use refresh_token',
    headers: {},
  },
  ERR_FORBIDDEN_ORIGIN: {
    status: 403,
    error: 'invalid_request',
    message:
      'This request may come from a page of another origin. List that origin in the option trustedOrigins; a program that is not a browser sends X-Requested-With',
    headers: {},
  },
  ERR_STORE_UNAVAILABLE: {
    status: 503,
    error: 'temporarily_unavailable',
    message: 'Sessions are temporarily unavailable: try again',
    headers: { 'retry-after': '1' },
  },
}

/**
 * Marks the errors of every copy of this package that a process may have loaded. It is not declared as a member of the
 * class: the types of two copies would then be incompatible.
 */
export const brand: symbol = Symbol.for('tokenratchet.error')

/**
 * The error for every request that is refused, and for a store that fails. Misuse by the programmer is a `TypeError`
 * instead.
 *
 * The message is a constant of its `code`. `cause` may hold what a store or a hook threw, never a token. Recognise it
 * with `isTokenError`, as `instanceof` fails if two copies of this package are installed.
 *
 * @example
 * try {
 *   return tokens.verify(accessToken)
 * } catch (error) {
 *   if (isTokenError(error)) return reply.code(error.status).headers(error.headers).send({ code: error.code })
 *   throw error
 * }
 */
export class TokenError extends Error {
  static {
    Object.defineProperty(TokenError.prototype, brand, { value: true })
  }

  override readonly name: string = 'TokenError'
  readonly code: TokenErrorCode
  /** HTTP status: 400, 401, 403, 404, 413, 415 or 503. */
  readonly status: number
  /** The same number, under the name that Fastify's error handlers read. */
  readonly statusCode: number
  /**
   * The message may be shown to clients. NestJS and Koa treat an error as an HTTP error only if it has this property;
   * otherwise they return 500.
   */
  readonly expose = true
  /** The `error` of RFC 6749 section 5.2 and RFC 6750 section 3.1. `undefined` when the request had no credentials. */
  readonly error: string | undefined
  /** Response headers in lower case: `www-authenticate` (RFC 6750 section 3), `retry-after` (seconds) or `accept-encoding`. */
  readonly headers: Readonly<Record<string, string>>

  /** @param options `scope` is what the route requires; the client learns it from the challenge (RFC 6750 section 3) */
  constructor(code: TokenErrorCode, options: ErrorOptions & { scope?: string } = {}) {
    const { status, error, message, headers } = meanings[code]
    super(message, options)
    this.code = code
    this.status = status
    this.statusCode = status
    this.error = error
    this.headers = options.scope === undefined ? headers : withScope(headers, options.scope)
  }
}

function withScope(headers: Readonly<Record<string, string>>, scope: string): Record<string, string> {
  return { ...headers, 'www-authenticate': `${headers['www-authenticate']}, scope="${scope}"` }
}

/**
 * The error that a store must reject with. A rejection of a store always counts as an outage (503), never as "not
 * logged in" (401).
 *
 * @example
 * const row = await database.query(sql).catch(cause => {
 *   throw new StoreUnavailableError({ cause })
 * })
 */
export class StoreUnavailableError extends TokenError {
  override readonly name = 'StoreUnavailableError'

  constructor(options?: ErrorOptions) {
    super('ERR_STORE_UNAVAILABLE', options)
  }
}
