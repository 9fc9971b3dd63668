import type { ServerResponse } from 'node:http'
import type { HttpHeaders, HttpResponse } from '@tokenratchet/core/http'

/** Writes an answer of the seam as it is, unless another middleware, such as one for timeouts, has answered. */
export function write(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  if (response.headersSent) {
    return
  }
  const text = body === undefined ? '' : JSON.stringify(body)
  response.statusCode = status
  addHeaders(response, headers)
  if (body !== undefined) {
    response.setHeader('content-type', 'application/json; charset=utf-8')
  }
  if (status !== 204) {
    response.setHeader('content-length', Buffer.byteLength(text))
  }
  response.end(text)
}

/**
 * Cookies are added to those that are there already, in a list of our own: `appendHeader` would put the tokens into the
 * array that the application gave, which may be a constant that it gives to everybody.
 */
export function addHeaders(response: ServerResponse, headers: HttpHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    const others = name === 'set-cookie' ? [response.getHeader(name) ?? []].flat().map(String) : []
    response.setHeader(name, others.length > 0 ? [...others, ...[value].flat()] : value)
  }
}
