import type { HttpRequest } from '../types.js'

/** Methods that change nothing (RFC 9110 section 9.2.1), so that a forged request gains nothing. */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * Decides whether a request may use its cookies. This prevents cross-site request forgery and cross-site WebSocket
 * hijacking. The algorithm is that of Go's net/http CrossOriginProtection, with a custom header for clients that are
 * not browsers, and with a rule for handshakes.
 *
 * - A method that changes nothing passes, unless the request is a handshake.
 * - A `Sec-Fetch-Site` of `same-origin` or `none` (typed by the user) passes. Pages can't set this header. All browsers
 *   since 2023 send it over https and to localhost; Chromium does not send it with a WebSocket handshake.
 * - Otherwise `Origin` must be a trusted origin, or, without `Sec-Fetch-Site`, name the requested host. The scheme is
 *   not known behind a proxy and is not compared; `__Host-` cookies and HSTS cover what that leaves open.
 * - With neither header, a handshake is accepted: browsers always send `Origin` with one (RFC 6455 section 10.2). Any
 *   other request must have a header that a form can't send, as forms of old browsers send neither.
 *
 * @param isHandshake `true` if the caller knows that the request opens a socket, whatever its method and headers
 */
export function isSameOrigin(
  request: HttpRequest,
  trustedOrigins: ReadonlySet<string>,
  isHandshake: boolean = asksForSocket(request),
): boolean {
  const { method, headers } = request
  const isSafe = method !== undefined && safeMethods.has(method)
  if (isSafe && !isHandshake) {
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
  if (origin !== undefined) {
    return namesHost(origin, request)
  }
  return isSafe || method === 'CONNECT' || hasCustomHeader(headers)
}

/**
 * Whether the request is a handshake, which opens a channel in both directions: an `Upgrade` of any kind, a WebSocket
 * handshake (RFC 6455 section 4.1), or the extended CONNECT of HTTP/2 (RFC 8441 section 4).
 */
export function asksForSocket({ headers }: HttpRequest): boolean {
  return (
    headers.upgrade !== undefined ||
    headers['sec-websocket-version'] !== undefined ||
    headers[':protocol'] !== undefined
  )
}

/** Returns the host that the browser requested, if it is known. */
export function hostOf({ headers, host }: HttpRequest): string | undefined {
  return host ?? (headers[':authority'] as string | undefined) ?? headers.host
}

function namesHost(origin: string, request: HttpRequest): boolean {
  const host = hostOf(request)
  const url = parseUrl(origin)
  // Both are parsed as a URL, so that upper case and a default port make no difference.
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
