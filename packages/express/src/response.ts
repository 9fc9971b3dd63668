import type { ServerResponse } from 'node:http'
import { addHeaders, type HttpResponse } from '@tokenratchet/core/http'

/** Writes a response of the HTTP layer, unless another middleware, such as one for timeouts, has sent one already. */
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
