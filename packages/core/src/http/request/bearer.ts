import type { HttpRequest } from '../types.js'

/** Matches the scheme in any case, spaces, and one b64token (RFC 6750 section 2.1). */
const bearer = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/** Matches the whole scheme: no further token character (RFC 9110 section 5.6.2) follows. */
const isBearer = /^bearer(?![\w!#$%&'*+\-.^`|~])/i

/**
 * Returns the access token in the Authorization header. If the scheme is Bearer, the cookies are ignored.
 *
 * @returns `undefined` if there is no such header or it has another scheme; `null` if it is malformed, or there are two
 *   (RFC 6750 section 3.1)
 */
export function bearerToken({ headers, rawHeaders }: HttpRequest): string | null | undefined {
  const { authorization } = headers
  if (authorization === undefined) {
    return undefined
  }
  if (count(rawHeaders, 'authorization') > 1) {
    return null
  }
  const token = bearer.exec(authorization)?.[1]
  return token === undefined && isBearer.test(authorization) ? null : token
}

/** Whether the request has a header that may carry credentials. */
export function hasCredentials({ headers }: HttpRequest): boolean {
  return headers.authorization !== undefined || headers.cookie !== undefined
}

function count(rawHeaders: readonly string[] = [], name: string): number {
  let found = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const each = rawHeaders[index]
    found += each?.length === name.length && each.toLowerCase() === name ? 1 : 0
  }
  return found
}
