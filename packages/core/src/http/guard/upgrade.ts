import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { errorResponse } from '../response/answers.js'
import type { HttpResponse } from '../types.js'

const fault: HttpResponse = {
  status: 500,
  headers: {},
  body: { statusCode: 500, error: STATUS_CODES[500], message: 'The upgrade failed' },
}

/**
 * Refuses an `upgrade` and closes the socket. It sends the status, the headers and the JSON body that a guarded route
 * would send. Later data on the socket is dropped.
 *
 * @param socket the socket of Node's `upgrade` event
 * @param error the error that `authenticateRequest` threw. Anything but a `TokenError` returns a 500 without details,
 *   and is reported as a process warning
 * @example
 * ```ts
 * server.on('upgrade', async (request, socket, head) => {
 *   try {
 *     const claims = await auth.authenticateRequest(request)
 *     sockets.handleUpgrade(request, socket, head, opened => serve(opened, claims))
 *   } catch (error) {
 *     auth.refuseUpgrade(socket, error)
 *   }
 * })
 * ```
 */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  const answer = errorResponse(error)
  if (answer === undefined) {
    process.emitWarning(
      error instanceof Error
        ? error
        : `refuseUpgrade must be given an Error (got ${typeof error}: pass what authenticateRequest threw)`,
    )
  }
  // Without a listener, a client that has disconnected would end the process.
  socket.on('error', () => {})
  socket.once('finish', () => socket.destroy())
  socket.resume()
  socket.end(written(answer ?? fault))
}

function written({ status, headers, body }: HttpResponse): string {
  const text = JSON.stringify(body)
  const lines = Object.entries({
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': `${Buffer.byteLength(text)}`,
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`
}
