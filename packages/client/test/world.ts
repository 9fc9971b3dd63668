// One browser and its server: what the network, the clocks and the other tabs do is what the test says.
import { type Clock, install } from '@sinonjs/fake-timers'
import type { FastifyInstance } from 'fastify'
import { type Test, test } from 'tap'
import { effort, turnOf } from '../../../test/helpers/effort.js'
import { type Client, type ClientOptions, createClient, type TokenAnswer } from '../src/index.js'
import { createApp } from './app.js'
import { type Fate, Network, origin } from './network.js'
import { currentPage, ofPage, Page } from './page.js'
import { createChannels, createLocks, type FakeChannels, type FakeLocks } from './tabs.js'

export interface WorldOptions {
  readonly transport?: 'cookie' | 'body'
  /** Without: as where pages are rendered. */
  readonly hasPage?: boolean
  readonly hasLocks?: boolean
  /** Without what old browsers lack: Safari 15.0, Chrome 68, Firefox 90. */
  readonly isOld?: boolean
}

const transports = ['cookie', 'body'] as const

/** A page with a client in it, and what has happened there. */
export interface Tab {
  readonly client: Client
  readonly events: string[]
  readonly page: Page
  /** The status of what is there. */
  get(path?: string): Promise<number>
}

export class World extends Network {
  readonly transport: 'cookie' | 'body'
  readonly clock: Clock
  readonly channels: FakeChannels = createChannels()
  readonly locks: FakeLocks = createLocks()
  private readonly pages: Page[] = []

  constructor(app: FastifyInstance, clock: Clock, transport: 'cookie' | 'body') {
    super(app)
    this.clock = clock
    this.transport = transport
  }

  tab(options: ClientOptions = {}): Tab {
    const page = new Page()
    this.pages.push(page)
    const send: typeof fetch = (...request) => page.whileOpen(this.fetch(...request))
    const client = page.run(() => createClient({ fetch: send, transport: this.transport, ...options }))
    const events: string[] = []
    for (const type of ['signedin', 'refreshed', 'signedout', 'logoutfailed']) {
      client.addEventListener(type, () => events.push(type))
    }
    const { fetch: guarded, signedIn, refresh, logout } = client
    Object.assign(client, {
      fetch: (...request: Parameters<typeof fetch>) => page.run(() => guarded(...request)),
      signedIn: (answer: TokenAnswer) => page.run(() => signedIn(answer)),
      refresh: () => page.run(refresh),
      logout: () => page.run(logout),
    })
    return { client, events, page, get: (path = '/me') => client.fetch(path).then(({ status }) => status) }
  }

  /** A tab of somebody who has just signed in. */
  async signedIn(subject = 'ann', tab: Tab = this.tab()): Promise<Tab> {
    tab.client.signedIn(await this.login(subject))
    await this.quiet()
    tab.events.length = 0
    return tab
  }

  async login(subject: string, send: typeof fetch = this.fetch): Promise<TokenAnswer> {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ subject })
    const response = await this.until(send('/login', { method: 'POST', headers, body }))
    return (await response.json()) as TokenAnswer
  }

  /** What happens to all pages that are open. */
  dispatch(type: 'pagehide' | 'pageshow'): void {
    for (const page of this.pages.filter(({ isClosed }) => !isClosed)) {
      page.run(() => page.events.dispatchEvent(Object.assign(new Event(type), { persisted: true })))
    }
  }

  closeAll(): void {
    for (const page of this.pages.splice(0)) {
      page.close()
    }
  }

  /** A browser that nobody has used. */
  forget(): void {
    this.closeAll()
    this.clearStorage()
    this.cookies.clear()
    this.sent.length = 0
    this.rotations = 0
    this.latencies = []
    this.isOffline = false
  }

  /** As `localStorage.clear()` does. */
  clearStorage(): void {
    for (const key of Object.keys(globalThis.localStorage)) {
      Reflect.deleteProperty(globalThis.localStorage, key)
    }
  }

  get refreshes(): number {
    return this.count('/auth/refresh')
  }

  /** What becomes of refreshes from now on. */
  refreshIs(fate: Fate | undefined): void {
    this.always('/auth/refresh', fate)
  }

  /** The access token has expired, and the clock of the client does not show it: the device was asleep. */
  sleep(seconds = 600): void {
    this.serverTime += seconds * 1000
  }

  /** Time passes, here and there. */
  async pass(seconds: number): Promise<void> {
    await this.quiet()
    for (let left = seconds * 1000; left > 0; left -= 500) {
      const step = Math.min(left, 500)
      this.serverTime += step
      await this.clock.tickAsync(step)
      await this.quiet()
    }
  }

  /** As much time passes as it takes. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isDone = false
    const done = () => {
      isDone = true
    }
    promise.then(done, done)
    await this.quiet()
    for (let steps = 0; !isDone; steps++) {
      if (steps > 3000) {
        throw new Error('This never ends')
      }
      await this.pass(0.1)
    }
    return promise
  }
}

const startOfTime = 1_750_000_000_000

/** Timers of a page end with it. */
function timersOfPages(): typeof setTimeout {
  const { setTimeout } = globalThis
  return ((callback: () => void, ...rest: [number]) => setTimeout(ofPage(callback), ...rest)) as never
}

/** What signals of old browsers lack. */
function oldSignals(): (() => void)[] {
  return [
    replace(AbortSignal, 'timeout', undefined),
    replace(AbortSignal, 'any', undefined),
    replace(AbortSignal.prototype, 'throwIfAborted', undefined),
    replace(AbortSignal.prototype, 'reason', undefined),
    replace(globalThis, 'structuredClone', undefined),
  ]
}

/**
 * A rule of the client, for both transports unless one is named; a fast run tries one of them. What ends with its test: the world. And what fails all
 * tests: a rejection that nobody handles, a token where none belongs.
 */
export function rule(
  sentence: string,
  run: (t: Test, world: World) => Promise<void>,
  options: WorldOptions = {},
): void {
  for (const transport of transportsOf(sentence, options)) {
    test(`${sentence} (${transport})`, async t => {
      const { world, end } = await createWorld({ ...options, transport })
      const rejections: unknown[] = []
      const rejected = (reason: unknown) => rejections.push(reason)
      process.on('unhandledRejection', rejected)
      try {
        await run(t, world)
        await world.pass(0.1)
        const inTheOpen = JSON.stringify([globalThis.localStorage, world.channels.messages])
        t.notOk([...world.secrets].some(secret => inTheOpen.includes(secret)))
        t.strictSame(rejections, [])
      } finally {
        process.off('unhandledRejection', rejected)
        await end()
      }
    })
  }
}

function transportsOf(rule: string, { transport }: WorldOptions): readonly ('cookie' | 'body')[] {
  if (transport !== undefined) {
    return [transport]
  }
  return effort === 'fast' ? transports.filter((_, index) => index === turnOf(rule) % 2) : transports
}

async function createWorld(
  options: WorldOptions & { transport: 'cookie' | 'body' },
): Promise<{ world: World; end(): Promise<void> }> {
  const { transport, hasPage = true, isOld = false, hasLocks = !isOld } = options
  let world: World | undefined
  const count = ({ type }: { type: string }) => {
    if (world && (type === 'refreshed' || type === 'reissued')) {
      world.rotations++
    }
  }
  const app = await createApp(transport, () => world?.serverTime ?? startOfTime, count)
  const clock = install({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], now: startOfTime })
  world = new World(app, clock, transport)
  const restore = [
    replace(globalThis, 'BroadcastChannel', isOld ? undefined : world.channels.BroadcastChannel),
    replace(globalThis, 'addEventListener', (...event: Parameters<EventTarget['addEventListener']>) =>
      currentPage()?.events.addEventListener(...event),
    ),
    replace(globalThis, 'setTimeout', timersOfPages()),
    ...(isOld ? oldSignals() : []),
    replace(globalThis, 'navigator', hasLocks ? { locks: world.locks } : {}),
    replace(globalThis, 'document', hasPage ? { baseURI: `${origin}/` } : undefined),
    replace(globalThis, 'location', hasPage ? new URL(origin) : undefined),
    replace(globalThis, 'localStorage', hasPage ? Object.create(null) : undefined),
  ]
  const end = async () => {
    for (const undo of restore.reverse()) {
      undo()
    }
    clock.uninstall()
    await app.close()
  }
  return { world, end }
}

/** @returns what puts the old value back */
export function replace(target: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name)
  Object.defineProperty(target, name, { value, configurable: true, writable: true })
  return () => {
    Reflect.deleteProperty(target, name)
    before && Object.defineProperty(target, name, before)
  }
}
