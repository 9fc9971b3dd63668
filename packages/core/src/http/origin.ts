import type { HttpRequest } from './types.js'

/** RFC 9110 section 9.2.1: they change nothing, so there is nothing to forge. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Whether a request that changes something may use the cookies it brings, against cross-site request forgery: the
 * algorithm of Go's net/http CrossOriginProtection, and a custom header for clients that are no browsers.
 *
 * - `Sec-Fetch-Site`, which pages can't set, says `same-origin` or `none` (typed by the user). Sent by all browsers
 *   since 2023, over https and to localhost.
 * - Otherwise `Origin` is one of the trusted origins, or, without `Sec-Fetch-Site`, names the host asked. The scheme
 *   is not known behind a proxy and not compared; `__Host-` cookies and HSTS cover what that leaves open.
 * - With neither header no browser of this decade sent it, except from a form of an old one: a header that a form
 *   can't send must be there.
 */
export function isSameOrigin(request: HttpRequest, trustedOrigins: ReadonlySet<string>): boolean {
  const { method, headers } = request
  if (method !== undefined && safeMethods.has(method)) {
    return true
  }
  const site = headers['sec-fetch-site']
  const { origin } = headers
  if (site === 'same-origin' || site === 'none') {
    return true
  }
  if (origin !== undefined && trustedOrigins.has(origin)) {
    return true
  }
  if (site !== undefined) {
    return false
  }
  return origin === undefined ? hasCustomHeader(headers) : namesHost(origin, request)
}

function namesHost(origin: string, request: HttpRequest): boolean {
  const { headers, host = (headers[':authority'] as string | undefined) ?? headers.host } = request
  const url = parseUrl(origin)
  // Both through URL, so that upper case and a default port make no difference.
  if (url === undefined || url.host === '' || host === undefined) {
    return false
  }
  return url.host === parseUrl(`${url.protocol}//${host}`)?.host
}

export function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

function hasCustomHeader(headers: HttpRequest['headers']): boolean {
  const [type] = (headers['content-type'] ?? '').split(';', 1)
  return Boolean(headers['x-requested-with']) || type?.trim().toLowerCase() === 'application/json'
}
