// What stands in front of an app, as a reverse proxy does. It serves the pages, and loses, holds and records what goes
// through it as a test tells it to.
import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
  request as send,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface Arrived {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Of the app's answer, also where that did not reach the browser. */
  status?: number
}

/** The app has answered, and the browser has not heard of it. */
export interface HeldAnswer {
  /** Resolves when the connection has taken all of it, or is gone. */
  deliver(): Promise<void>
  /** Cuts the connection in the answer's place. */
  lose(): void
}

export interface Front {
  readonly port: number
  /** All that browsers asked the app for, in order. */
  readonly arrived: Arrived[]
  /** Values of cookies and tokens in bodies, all that the app ever sent. */
  readonly tokens: Set<string>
  /** The answer of the next request with this path, once it is there. Several calls take turns. */
  hold(path: string): Promise<HeldAnswer>
  /** Cuts all connections, and listens no more. */
  stop(): Promise<void>
  /** Listens again, on the same port. */
  restart(): Promise<void>
}

/** A file that is served without asking the app. */
export interface Page {
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export async function startFront(target: number, page: (path: string) => Page | undefined): Promise<Front> {
  const holding: { path: string; held: (answer: HeldAnswer) => void }[] = []

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    const file = request.method === 'GET' ? page(pathname) : undefined
    if (file) {
      response
        .writeHead(200, { 'cache-control': 'no-store', connection: 'close', ...file.headers })
        .end(file.text)
    } else {
      forward(pathname, request, response).catch(() => response.destroy())
    }
  })

  const forward = async (path: string, request: IncomingMessage, response: ServerResponse) => {
    const { method = '', headers } = request
    const arrived: Arrived = { method, path, headers }
    front.arrived.push(arrived)
    const index = holding.findIndex(each => each.path === path)
    const [hold] = index < 0 ? [] : holding.splice(index, 1)
    const body = await buffer(request)
    const upstream = send({
      host: '127.0.0.1',
      port: target,
      path: request.url,
      method,
      // A connection that is used again would hide a cut: browsers repeat such a request by themselves.
      headers: { ...headers, connection: 'close' },
      agent: false,
    })
    upstream.end(body)
    const [answer] = (await once(upstream, 'response')) as [IncomingMessage]
    const content = await buffer(answer)
    arrived.status = answer.statusCode ?? 0
    for (const token of tokensOf(answer, content)) {
      front.tokens.add(token)
    }
    const deliver = async () => {
      response.writeHead(answer.statusCode ?? 0, answer.rawHeaders)
      response.end(content)
      await (response.destroyed || once(response, 'close'))
    }
    if (hold) {
      hold.held({ deliver, lose: () => void response.destroy() })
    } else {
      await deliver()
    }
  }

  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  const front: Front = {
    port,
    arrived: [],
    tokens: new Set(),
    hold: path => new Promise(held => void holding.push({ path, held })),
    async stop() {
      if (server.listening) {
        server.close()
        server.closeAllConnections()
        await once(server, 'close')
      }
    },
    restart: () => listen(port),
  }
  return front
}

function tokensOf({ headers }: IncomingMessage, content: Buffer): string[] {
  const cookies = (headers['set-cookie'] ?? []).map(line => /=([^;]*)/.exec(line)?.[1] ?? '')
  const inBody = [...`${content}`.matchAll(/"(?:access|refresh)_token":"([^"]+)"/g)].map(
    ([, token = '']) => token,
  )
  return [...cookies, ...inBody].filter(token => token !== '')
}
