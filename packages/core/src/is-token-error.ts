import { validateHeaderName, validateHeaderValue } from 'node:http'
import { brand, type StoreUnavailableError, type TokenError } from './errors.js'

/**
 * Whether an error is a `TokenError`. Use it instead of `instanceof`, which is false for the errors of another copy of
 * @tokenratchet/core: an adapter and a store may each have installed their own.
 *
 * @example
 * app.setErrorHandler((error, request, reply) => {
 *   if (!isTokenError(error)) throw error
 *   return reply.code(error.status).headers(error.headers).send({ code: error.code })
 * })
 */
export function isTokenError(error: unknown): error is TokenError {
  try {
    return isBranded(error) && hasFieldsOfTokenError(error)
  } catch {
    // A getter or a proxy that throws, or a header that Node would refuse to send.
    return false
  }
}

/** Whether a store reports an outage with this error, whichever copy of @tokenratchet/core created it. */
export function isStoreUnavailableError(error: unknown): error is StoreUnavailableError {
  return isTokenError(error) && error.code === 'ERR_STORE_UNAVAILABLE'
}

function isBranded(error: unknown): error is Record<PropertyKey, unknown> {
  return typeof error === 'object' && error !== null && brand in error
}

/** Checks every field that a response is made of, because any code can put the brand on an object. */
function hasFieldsOfTokenError(error: Record<PropertyKey, unknown>): boolean {
  const { code, status, statusCode, message, error: ofProtocol, headers } = error
  return (
    typeof code === 'string' &&
    code.startsWith('ERR_') &&
    Number.isInteger(status) &&
    Number(status) >= 400 &&
    Number(status) <= 599 &&
    statusCode === status &&
    typeof message === 'string' &&
    (ofProtocol === undefined || typeof ofProtocol === 'string') &&
    areHeaders(headers)
  )
}

function areHeaders(headers: unknown): boolean {
  return typeof headers === 'object' && headers !== null && Object.entries(headers).every(isHeader)
}

/** @throws TypeError for a name or a value that cannot be sent */
function isHeader([name, value]: [string, unknown]): boolean {
  if (typeof value !== 'string') {
    return false
  }
  validateHeaderName(name)
  validateHeaderValue(name, value)
  return true
}
