// An application over the plugin, and a browser in front of it.
import { randomBytes } from 'node:crypto'
import type { TokenEvent } from '@tokenratchet/core'
import { type FakeClock, fakeClock } from '@tokenratchet/core/testing'
import tokenratchet, { type TokenratchetOptions } from '@tokenratchet/fastify'
import Fastify, { type FastifyInstance, type InjectOptions } from 'fastify'

export const secret: string = randomBytes(32).toString('base64url')
export const names = { access: '__Host-access_token', refresh: '__Host-refresh_token' } as const

export interface TestApp {
  app: FastifyInstance
  clock: FakeClock
  events: TokenEvent[]
}

/** Fastify has a `prefix` of its own among the options of `register`, which is never `undefined`. */
type Options = Omit<Partial<TokenratchetOptions>, 'prefix'> & { prefix?: string }

interface Teardown {
  teardown(end: () => unknown): void
}

/** The application of most tests, on a clock that stands still. */
export async function testApp(
  t: Teardown,
  options: Options = {},
  clock: FakeClock = fakeClock(),
): Promise<TestApp> {
  const app = Fastify()
  const events: TokenEvent[] = []
  t.teardown(() => app.close())
  await app.register(tokenratchet, {
    secret,
    now: clock.now,
    onEvent: event => void events.push(event),
    ...options,
  })
  app.post<{ Body: { subject: string } }>('/login', async (request, reply) =>
    reply.issueTokens({ subject: request.body.subject }),
  )
  app.post('/leave', async (_request, reply) => {
    await reply.revokeTokens()
    return { left: true }
  })
  app.get('/me', { config: { auth: true } }, who)
  app.post('/me', { config: { auth: true } }, who)
  app.get('/maybe', { config: { auth: 'optional' } }, who)
  app.post('/maybe', { config: { auth: 'optional' } }, who)
  app.get('/public', who)
  return { app, clock, events }
}

/** The decorator as an untyped program sees it: the types of `request.user` are the application's choice. */
function userOf(request: object): { sub: string } | null | undefined {
  return (request as { user?: { sub: string } | null }).user
}

/** `{ user: null }` for nobody; `{}` where the plugin has not been. */
export function who(request: object): { user: string | null | undefined } {
  const user = userOf(request)
  return { user: user ? user.sub : user }
}

type Answer = Awaited<ReturnType<FastifyInstance['inject']>>

/** Keeps cookies by their names, and says that its requests come from the page of the application. */
export class Browser {
  readonly cookies: Map<string, string>
  readonly app: FastifyInstance

  constructor(app: FastifyInstance, cookies: Iterable<[string, string]> = []) {
    this.app = app
    this.cookies = new Map(cookies)
  }

  get cookie(): string {
    return [...this.cookies].map(pair => pair.join('=')).join('; ')
  }

  async send(options: InjectOptions): Promise<Answer> {
    const cookie = this.cookie === '' ? {} : { cookie: this.cookie }
    const answer = await this.app.inject({
      ...options,
      headers: { 'sec-fetch-site': 'same-origin', ...cookie, ...options.headers },
    })
    for (const line of setCookies(answer)) {
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
    return this.send({ method: 'GET', url })
  }

  post(url: string, payload?: object): Promise<Answer> {
    return this.send({ method: 'POST', url, ...(payload && { payload }) })
  }

  /** Signs in, with the cookies that the application sets. */
  login(subject: string): Promise<Answer> {
    return this.post('/login', { subject })
  }
}

export function setCookies({ headers }: Pick<Answer, 'headers'>): string[] {
  return [headers['set-cookie'] ?? []].flat()
}
