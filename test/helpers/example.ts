// The example apps over real HTTP: in processes of their own, as their users run them, or in the process of the test.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { plain } from './plain.js'

/** The starters, which do the same on different frameworks. */
export const examples = ['fastify', 'express'] as const
export type Example = (typeof examples)[number]

/** Servers that verify the tokens of an example by its public keys alone. */
export const resourceServers = ['resource-server-jose', 'resource-server-fastify'] as const
export type ResourceServer = (typeof resourceServers)[number]

/** Login, a guarded route and refresh in one file. */
export const minimal = ['minimal-fastify', 'minimal-express'] as const
export type Minimal = (typeof minimal)[number]

/** All examples. */
export type Any = Example | ResourceServer | Minimal | 'demo'

/** Where a file of an example is. */
export function fileOf(example: Any, path: string): string {
  return fileURLToPath(new URL(`../../examples/${example}/${path}`, import.meta.url))
}

/** What `npm start` runs. */
function serverOf(example: Any): string {
  return fileOf(example, minimal.some(name => name === example) ? 'server.js' : 'dist/server.js')
}

const databaseFile = `${t.testdir()}/example.db`
const secret = randomBytes(32).toString('base64url')
export const password = 'correct horse battery'

/** `.env` of a developer has no say: what is set, even to nothing, wins over it. */
const basics = {
  NODE_ENV: '',
  HOST: '127.0.0.1',
  PORT: '0',
  TOKEN_SECRET: secret,
  DATABASE_FILE: databaseFile,
  ACCESS_TOKEN_LIFETIME: '',
  RECOVERY_WINDOW: '',
  SIGNING_KEY: '',
  ISSUER: '',
  AUDIENCE: '',
  REDIS_URL: '',
  TRUST_PROXY: '',
  LOG_LEVEL: '',
  // All attempts of a test come from one address.
  SIGN_IN_LIMIT: '100000',
}

/** What answers requests. */
export interface Site {
  /** Without a slash at its end. */
  readonly url: string
}

export interface Server {
  example: Any
  child: ChildProcessWithoutNullStreams
  url: string
  stdout: string
  stderr: string
}

export const servers = new Set<Server>()
/** Every cookie value that any server set. */
export const tokens = new Set<string>()

/** A server in a process of its own. */
export function run(example: Any, environment: Record<string, string>, ...flags: string[]): Server {
  const child = spawn(...plain(process.execPath, [serverOf(example), ...flags]), {
    env: {
      ...process.env,
      ...basics,
      ...environment,
    },
  })
  const running: Server = { example, child, url: '', stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', text => {
    running.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    running.stderr += text
  })
  servers.add(running)
  t.teardown(async () => {
    if (child.kill('SIGTERM')) {
      await once(child, 'close')
    }
  })
  return running
}

export async function start(
  example: Any,
  environment: Record<string, string> = {},
  ...flags: string[]
): Promise<Server> {
  const running = run(example, environment, ...flags)
  while (running.url === '') {
    await Promise.race([once(running.child.stdout, 'data'), once(running.child, 'close')])
    running.url = /^listening on (http:\S+)$/m.exec(running.stdout)?.[1] ?? ''
    if (running.child.exitCode !== null) {
      throw new Error(`The server did not start: ${running.stderr}`)
    }
  }
  return running
}

/** A starter in this process: it starts in milliseconds. Its log is silent. */
export async function serve(
  example: Example,
  environment: Record<string, string> = {},
): Promise<Site & { stop(): Promise<void> }> {
  const [{ buildApp }, { readConfig }] = await Promise.all(
    ['app', 'config'].map(name => import(fileOf(example, `dist/${name}.js`))),
  )
  const own = { ...process.env }
  Object.assign(process.env, basics, { LOG_LEVEL: 'silent' }, environment)
  const config = readConfig()
  for (const name of Object.keys({ ...basics, ...environment })) {
    delete process.env[name]
  }
  Object.assign(process.env, own)
  const app = await buildApp(config)
  let closed: Promise<void> | undefined
  const stop = async (): Promise<void> => {
    closed ??= app.close()
    await closed
  }
  t.teardown(stop)
  await app.listen({ host: config.host, port: config.port })
  return { url: `http://127.0.0.1:${app.server.address().port}`, stop }
}

/** The cookies and requests of one browser, which marks none of them as its own site's. */
export class Browser {
  readonly server: Site
  readonly jar: Map<string, string>

  constructor(server: Site, jar: ReadonlyMap<string, string> = new Map()) {
    this.server = server
    this.jar = new Map(jar)
  }

  /** Another browser with a copy of these cookies. */
  fork(jar: ReadonlyMap<string, string> = this.jar): Browser {
    return new Browser(this.server, jar)
  }

  /** Registers a new user and logs in. */
  async logIn(): Promise<string> {
    const email = `${randomUUID()}@example.com`
    await this.post('/register', { email, password })
    const { status } = await this.post('/login', { email, password })
    if (status !== 200) {
      throw new Error(`Login answered ${status}`)
    }
    return email
  }

  get(path: string) {
    return this.send(path, { method: 'GET' })
  }

  post(path: string, body: unknown = {}, headers: Record<string, string> = {}) {
    return this.send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  }

  refresh() {
    return this.send('/auth/refresh', { method: 'POST', headers: { 'x-requested-with': 'test' } })
  }

  async send(path: string, init: { method: string; headers?: Record<string, string>; body?: string }) {
    const cookie = [...this.jar].map(pair => pair.join('=')).join('; ')
    const response = await fetch(this.server.url + path, {
      ...init,
      headers: { ...init.headers, ...(cookie && { cookie }) },
    })
    const cookies = response.headers.getSetCookie()
    for (const line of cookies) {
      this.#store(line)
    }
    const text = await response.text()
    const body: Record<string, unknown> = text ? JSON.parse(text) : {}
    return { status: response.status, headers: response.headers, cookies, body }
  }

  #store(line: string) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
    if (value === '' || /; Max-Age=0/i.test(line)) {
      this.jar.delete(name)
    } else {
      this.jar.set(name, value)
      tokens.add(value)
    }
  }
}
