// A client that sends what it is told, and a browser in front of it.
import { Agent, type IncomingHttpHeaders, request } from 'node:http'

export interface Sent {
  readonly method?: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  /** An object is sent as JSON, URLSearchParams as a form, other text as it is. */
  readonly payload?: object | string | URLSearchParams
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly cookies: readonly string[]
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it and compare
  json(): any
}

const agent = new Agent({ keepAlive: false })

/** One request over a connection of its own. */
export function send(port: number, { method = 'GET', url, headers = {}, payload }: Sent): Promise<Answer> {
  const [type, text] = encode(payload)
  const all = {
    ...(type !== undefined && { 'content-type': type }),
    ...(text !== undefined && { 'content-length': `${Buffer.byteLength(text)}` }),
    ...headers,
  }
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, method, path: url, headers: all, agent }, response => {
      const chunks: Buffer[] = []
      response.on('error', reject)
      response.on('data', chunk => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          cookies: response.headers['set-cookie'] ?? [],
          text,
          json: () => JSON.parse(text),
        })
      })
    })
    asked.on('error', reject)
    asked.end(text)
  })
}

function encode(payload: Sent['payload']): [type: string | undefined, text: string | undefined] {
  if (payload === undefined || typeof payload === 'string') {
    return [undefined, payload]
  }
  return payload instanceof URLSearchParams
    ? ['application/x-www-form-urlencoded', payload.toString()]
    : ['application/json', JSON.stringify(payload)]
}

/** The headers that a framework or the connection adds by itself. */
const ofOthers = ['date', 'connection', 'keep-alive', 'x-powered-by', 'etag']

/** What the contract is about: status, our headers, and the body. */
export function essence({ status, headers, text }: Answer): object {
  const ours = Object.entries(headers).filter(([name]) => !ofOthers.includes(name))
  return { status, headers: Object.fromEntries(ours), text }
}

export const names = { access: '__Host-access_token', refresh: '__Host-refresh_token' } as const

/** Keeps cookies by their names, and says that its requests come from the page of the application. */
export class Browser {
  readonly port: number
  readonly cookies: Map<string, string>

  constructor({ port }: { port: number }, cookies: Iterable<[string, string]> = []) {
    this.port = port
    this.cookies = new Map(cookies)
  }

  /** Another browser with a copy of these cookies. */
  copy(): Browser {
    return new Browser(this, this.cookies)
  }

  /** The same browser at another application of this host: cookies know no ports. */
  at(app: { port: number }): Browser {
    return Object.assign(new Browser(app), { cookies: this.cookies })
  }

  get cookie(): string {
    return [...this.cookies].map(pair => pair.join('=')).join('; ')
  }

  async send(sent: Sent): Promise<Answer> {
    const cookie = this.cookie === '' ? {} : { cookie: this.cookie }
    const headers = { 'sec-fetch-site': 'same-origin', ...cookie, ...sent.headers }
    const answer = await send(this.port, { ...sent, headers })
    for (const line of answer.cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') {
        this.cookies.delete(name)
      } else {
        this.cookies.set(name, value)
      }
    }
    return answer
  }

  get(url: string): Promise<Answer> {
    return this.send({ url })
  }

  post(url: string, payload?: Sent['payload']): Promise<Answer> {
    return this.send({ method: 'POST', url, ...(payload && { payload }) })
  }

  /** Signs in, with the cookies that the application sets. */
  login(subject: string): Promise<Answer> {
    return this.post('/login', { subject })
  }
}
