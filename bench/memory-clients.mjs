// HTTP clients in the process of the server itself. Their sockets are streams in memory, so the kernel has no part in a
// request. The framework, Node's HTTP parser and all handlers are the real ones.

import { Duplex } from 'node:stream'

/** The server's end of a connection. It answers one request at a time. */
class MemorySocket extends Duplex {
  remoteAddress = '127.0.0.1'
  #received = ''
  #onResponse

  constructor(server) {
    // As in a net.Socket: text is written as it is.
    super({ decodeStrings: false })
    server.emit('connection', this)
  }

  /** Sends a request. `onResponse(status, body)` is called when all of the response has been written. */
  send(request, onResponse) {
    this.#onResponse = onResponse
    this.push(request)
  }

  _read() {}

  _write(chunk, _encoding, written) {
    this.#receive(chunk)
    written()
  }

  _writev(chunks, written) {
    for (const { chunk } of chunks) {
      this.#receive(chunk)
    }
    written()
  }

  #receive(chunk) {
    this.#received += typeof chunk === 'string' ? chunk : chunk.toString('latin1')
    const end = this.#received.indexOf('\r\n\r\n') + 4
    const [, length] = /\r\ncontent-length: (\d+)/i.exec(this.#received) ?? []
    if (end >= 4 && length !== undefined && this.#received.length >= end + Number(length)) {
      const [status, body] = [this.#received.slice(9, 12), this.#received.slice(end)]
      this.#received = ''
      this.#onResponse(status, body)
    }
  }

  // Node's HTTP server calls these methods of a net.Socket.
  setTimeout() {
    return this
  }
  setNoDelay() {
    return this
  }
  setKeepAlive() {
    return this
  }
}

/** Clients of one server, each with a connection of its own. */
export class MemoryClients {
  #sockets

  constructor(server, count) {
    this.#sockets = Array.from({ length: count }, () => new MemorySocket(server))
  }

  /**
   * Sends so many requests. Each client sends its next one in another turn of the event loop than the response came in.
   *
   * @param requestOf returns the text of the next request of a client
   * @param onBody called with the client and the body of each response
   */
  send(count, requestOf, onBody) {
    let [unsent, unanswered] = [count, count]
    return new Promise((resolve, reject) => {
      const sendNext = client => {
        if (unsent > 0) {
          unsent--
          setImmediate(() => this.#sockets[client].send(requestOf(client), responses[client]))
        }
      }
      const responses = this.#sockets.map((_, client) => (status, body) => {
        if (status !== '200') {
          reject(new Error(`status ${status}: ${body}`))
          return
        }
        onBody?.(client, body)
        unanswered--
        if (unanswered === 0) {
          resolve()
        } else {
          sendNext(client)
        }
      })
      for (const client of this.#sockets.keys()) {
        sendNext(client)
      }
    })
  }
}

/** A GET with a credential: its headers are an object. */
export function getRequest(headers) {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `GET /me HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n${lines.join('')}\r\n`
}

export function refreshRequest(refreshToken) {
  const body = `{"grant_type":"refresh_token","refresh_token":"${refreshToken}"}`
  return (
    'POST /auth/refresh HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n' +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  )
}

/** Cut out instead of parsed, because what this costs is measured with the server. */
export function refreshTokenIn(body) {
  const name = '"refresh_token":"'
  const start = body.indexOf(name) + name.length
  return body.slice(start, body.indexOf('"', start))
}
