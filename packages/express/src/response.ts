import type { ServerResponse } from 'node:http'
import type { HttpHeaders, HttpResponse } from '@tokenratchet/core/http'

/** Writes an answer of the seam as it is. */
export function write(response: ServerResponse, { status, headers, body }: HttpResponse): void {
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

/** Cookies are added to those that are there already. */
export function addHeaders(response: ServerResponse, headers: HttpHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'set-cookie') {
      response.appendHeader(name, value)
    } else {
      response.setHeader(name, value)
    }
  }
}
