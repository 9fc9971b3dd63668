// Why a request is refused. Fastify's own error handler answers them.

export function missingToken(): Error {
  return refusal(401, 'An access token is required', { 'www-authenticate': 'Bearer' })
}

/** RFC 6750 section 3.1. What exactly is wrong is nobody's business. */
export function invalidToken(cause?: unknown): Error {
  const headers = { 'www-authenticate': 'Bearer error="invalid_token"' }
  return refusal(401, 'The access token is invalid', headers, cause)
}

/** The keys can't be had: nothing is known of the token. */
export function unavailable(cause: unknown): Error {
  return refusal(503, 'Try again in a moment', { 'retry-after': '5' }, cause)
}

function refusal(
  statusCode: number,
  message: string,
  headers: Record<string, string>,
  cause?: unknown,
): Error {
  return Object.assign(new Error(message, { cause }), { statusCode, headers })
}
