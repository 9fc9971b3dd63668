import type { HttpRequest } from '../types.js'

/** RFC 6750 section 2.1: the scheme in any case, blanks, one b64token. */
const bearer = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/** The scheme alone: no further character of an RFC 9110 section 5.6.2 token follows. */
const isBearer = /^bearer(?![\w!#$%&'*+\-.^`|~])/i

/**
 * The access token in the Authorization header. When the scheme is Bearer it is the only credential considered.
 *
 * @returns `undefined` when there is no such header or it is of another scheme; `null` when it is malformed, or there
 *   are two (RFC 6750 section 3.1)
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

/** Whether there is anything to judge. */
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
