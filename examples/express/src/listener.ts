// The server under the app, which lets open requests finish before it stops.
import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'

export interface App {
  server: Server
  listen(options: { host: string; port: number }): Promise<void>
  /** Resolves when the last request has been answered and `release` is done. */
  close(): Promise<void>
}

export interface Ends {
  /** Ends the responses that would go on for ever. */
  stop(): void
  /** After the last request has been answered. */
  release(): Promise<void>
}

export function listener(handle: RequestListener, { stop, release }: Ends): App {
  const open = new Set<ServerResponse>()
  // Nobody holds a connection by never finishing a request.
  const server = createServer({ requestTimeout: 30_000 }, (request, response) => {
    open.add(response)
    response.once('close', () => open.delete(response))
    if (!server.listening) {
      endConnection(response)
    }
    handle(request, response)
  })
  return {
    server,
    async listen(options) {
      server.listen(options)
      await once(server, 'listening')
    },
    async close() {
      const closed = once(server, 'close')
      // Idle connections end with it.
      server.close()
      stop()
      for (const response of open) {
        endConnection(response)
      }
      await closed
      await release()
    },
  }
}

/** While the server stops, no connection is kept for another request: it would hold the process. */
function endConnection(response: ServerResponse): void {
  if (!response.headersSent) {
    response.setHeader('connection', 'close')
  }
}
