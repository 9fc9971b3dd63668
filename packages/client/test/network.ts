import type { FastifyInstance } from 'fastify'

export const origin = 'https://app.example'

/** What becomes of a request. Without: what the server makes of it. */
export type Fate =
  | 'lost' // before the server got it
  | 'unanswered' // after the server got it
  | 'hang' // until somebody gives up
  | (() => Response | Promise<Response>)

export interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string
}

/** A browser's `fetch` with its cookies, in front of an application that is reached as the test says. */
export class Network {
  readonly sent: Sent[] = []
  readonly cookies: Map<string, string> = new Map()
  /** Tokens that were seen on the way. */
  readonly secrets: Set<string> = new Set()
  /** Milliseconds: the server's own clock. */
  serverTime = 1_750_000_000_000
  isOffline = false
  private busy = 0
  readonly app: FastifyInstance
  private readonly fates: Map<string, { next: (Fate | undefined)[]; always?: Fate | undefined }> = new Map()

  constructor(app: FastifyInstance) {
    this.app = app
  }

  /** What becomes of the next requests for a path, one after the other. */
  next(path: string, ...next: (Fate | undefined)[]): void {
    this.fates.set(path, { ...this.fates.get(path), next })
  }

  /** What becomes of all requests for a path from now on. */
  always(path: string, always: Fate | undefined): void {
    this.fates.set(path, { next: [], always })
  }

  /** How many requests for a path were sent, those that were lost included. */
  count(path: string): number {
    return this.sent.filter(({ url }) => new URL(url).pathname === path).length
  }

  /** No answer of the server is under way. */
  async quiet(): Promise<void> {
    for (let turns = 0; turns < 6; turns = this.busy > 0 ? 0 : turns + 1) {
      await new Promise(resolve => setImmediate(resolve))
    }
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = toRequest(input, init)
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined)
    signal?.throwIfAborted()
    const body = await request.clone().text()
    this.sent.push({ method: request.method, url: request.url, headers: request.headers, body })
    const { pathname, origin: host } = new URL(request.url)
    const fates = this.fates.get(pathname)
    const fate = this.isOffline ? 'lost' : (fates?.next.shift() ?? fates?.always)
    if (fate === 'lost' || (host !== origin && typeof fate !== 'function')) {
      throw new TypeError('Failed to fetch')
    }
    if (fate === 'hang') {
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason))
      })
    }
    const response = await abortable(
      typeof fate === 'function' ? await fate() : await this.serve(request, pathname, body),
      signal,
    )
    if (fate === 'unanswered' || (request.redirect === 'error' && isRedirect(response))) {
      throw new TypeError('Failed to fetch')
    }
    if (request.credentials !== 'omit') {
      this.keep(response.headers.getSetCookie())
    }
    Object.defineProperty(response, 'url', { value: request.url, configurable: true })
    const location = response.headers.get('location')
    return isRedirect(response) && location ? this.fetch(location) : response
  }

  private async serve(request: Request, url: string, payload: string): Promise<Response> {
    this.busy++
    const cookie = [...this.cookies].map(pair => pair.join('=')).join('; ')
    const answer = await this.app.inject({
      method: request.method as 'GET',
      url,
      headers: {
        ...Object.fromEntries(request.headers),
        'sec-fetch-site': 'same-origin',
        ...(request.credentials !== 'omit' && cookie && { cookie }),
      },
      ...(payload && { payload }),
    })
    this.busy--
    for (const token of answer.body.matchAll(/"(?:access|refresh)_token":"([^"]+)"/g)) {
      this.secrets.add(token[1] ?? '')
    }
    const headers = Object.entries(answer.headers).flatMap(([name, value]) =>
      [value].flat().map(line => [name, `${line}`] as [string, string]),
    )
    return new Response(answer.body || null, { status: answer.statusCode, headers })
  }

  private keep(lines: string[]): void {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') {
        this.cookies.delete(name)
      } else {
        this.cookies.set(name, value)
        this.secrets.add(value)
      }
    }
  }
}

/** A body that nobody has read goes with the signal of its request (Fetch, section 5.6). */
async function abortable(response: Response, signal: AbortSignal | null | undefined): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const start = (controller: ReadableStreamDefaultController) => {
    signal?.addEventListener('abort', () => controller.error(signal.reason))
  }
  const pull = (controller: ReadableStreamDefaultController) => {
    controller.enqueue(bytes)
    controller.close()
  }
  return new Response(
    bytes.length > 0 ? new ReadableStream({ start, pull }, { highWaterMark: 0 }) : null,
    response,
  )
}

function toRequest(input: string | URL | Request, init?: RequestInit): Request {
  const duplex = { duplex: 'half', ...init } as RequestInit
  return new Request(
    input instanceof Request ? input : new URL(`${input}`, origin),
    init?.body ? duplex : init,
  )
}

function isRedirect({ status }: Response): boolean {
  return status > 299 && status < 400
}
