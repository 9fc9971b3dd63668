import type { FastifyInstance } from 'fastify'

export const origin = 'https://app.example'

/** What becomes of a request. Without: what the server makes of it. */
export type Fate =
  | 'lost' // before the server got it
  | 'unanswered' // after the server got it
  | 'hang' // until somebody gives up
  | ((serve: () => Promise<Response>) => Response | Promise<Response>)

export interface Sent {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string
  readonly keepalive: boolean
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
  /** Milliseconds that the next requests take, there and back, in turn. */
  latencies: number[] = []
  /** Refreshes for which the server made a new token: those that left the cookies alone do not count. */
  rotations = 0
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
    if (signal?.aborted) {
      throw reasonOf(signal)
    }
    const body = await request.clone().text()
    const { method, url, headers, keepalive } = request
    this.sent.push({ method, url, headers, body, keepalive })
    const { pathname, origin: host } = new URL(request.url)
    const fates = this.fates.get(pathname)
    const fate = this.isOffline ? 'lost' : (fates?.next.shift() ?? fates?.always)
    if (fate === 'lost' || (host !== origin && typeof fate !== 'function')) {
      throw new TypeError('Failed to fetch')
    }
    // Cookies go with a request when it leaves.
    const cookie = [...this.cookies].map(pair => pair.join('=')).join('; ')
    const serve = () => this.slowly(() => this.serve(request, pathname, body, cookie))
    const answer =
      fate === 'hang' ? new Promise<Response>(() => {}) : typeof fate === 'function' ? fate(serve) : serve()
    const response = abortable(await unlessAborted(answer, signal), signal)
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

  private async slowly<T>(action: () => Promise<T>): Promise<T> {
    const latency = this.latencies.shift()
    if (latency === undefined) {
      return action()
    }
    this.latencies.push(latency)
    const half = () => new Promise(resolve => setTimeout(resolve, latency / 2))
    await half()
    const result = await action()
    await half()
    return result
  }

  private async serve(request: Request, url: string, payload: string, cookie: string): Promise<Response> {
    this.busy++
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

type Signal = AbortSignal | null | undefined

/** Signals of old browsers have no reason. */
const reasonOf = ({ reason }: AbortSignal): unknown => reason ?? new DOMException('Aborted', 'AbortError')

/** A request that was aborted gets no answer: no cookie of it is kept. */
function unlessAborted(answer: Response | Promise<Response>, signal: Signal): Promise<Response> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(reasonOf(signal as AbortSignal))
    signal?.addEventListener('abort', abort)
    Promise.resolve(answer)
      .then(resolve, reject)
      .finally(() => signal?.removeEventListener('abort', abort))
  })
}

/** A body that nobody has read goes with the signal of its request (Fetch, section 5.6). */
function abortable(response: Response, signal: Signal): Response {
  const { body } = response
  const reader = body?.getReader()
  const start = (controller: ReadableStreamDefaultController) => {
    signal?.addEventListener('abort', () => controller.error(reasonOf(signal)))
  }
  const pull = async (controller: ReadableStreamDefaultController) => {
    const { value } = (await reader?.read()) ?? {}
    value ? controller.enqueue(value) : controller.close()
  }
  const cancel = (reason: unknown) => reader?.cancel(reason)
  return new Response(body && new ReadableStream({ start, pull, cancel }, { highWaterMark: 0 }), response)
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
