// A rule of HTTP is written once, and holds on every framework and every store: `cellsOf` says which pairs are tested.
import { randomBytes } from 'node:crypto'
import {
  memoryStore,
  type Session,
  type Store,
  StoreUnavailableError,
  type TokenEvent,
} from '@tokenratchet/core'
import type { HttpLayerOptions } from '@tokenratchet/core/http'
import { type FakeClock, fakeClock } from '@tokenratchet/core/testing'
import { redisStore } from '@tokenratchet/redis'
import express5 from 'express'
import express4 from 'express4'
import { Redis } from 'ioredis'
import t, { type Test } from 'tap'
import { effort, turnOf } from '../helpers/effort.js'
import { startRedis } from '../helpers/redis.js'
import { type AppDescription, type AppRoute, commonRoutes, type RunningApp, type StartApp } from './app.js'
import { startExpress } from './express-app.js'
import { startFastify } from './fastify-app.js'

export const frameworks: Readonly<Record<string, StartApp>> = {
  fastify: startFastify,
  'express 5': description => startExpress(express5, description),
  'express 4': description => startExpress(express4 as unknown as typeof express5, description),
}

const stores = ['memory', 'redis'] as const
type StoreName = (typeof stores)[number]

export const secret: string = randomBytes(32).toString('base64url')

/** One framework on one store, for one rule. */
export interface World {
  readonly framework: string
  readonly storeName: StoreName
  /** The clock of the application, and of a memory store. It stands still. */
  readonly clock: FakeClock
  /** All that `onEvent` was told. */
  readonly events: TokenEvent[]
  readonly store: BreakableStore
  /** An application of the rule, with `commonRoutes` and more; it ends with the test. */
  start(options?: Partial<HttpLayerOptions>, more?: More): Promise<RunningApp>
}

interface More extends Partial<Pick<AppDescription, 'trustProxy' | 'hasOwnErrors' | 'first'>> {
  /** In front of the common ones. */
  readonly routes?: readonly AppRoute[]
}

/** A store that fails as one does that is down, for as long as `isDown`. */
export interface BreakableStore extends Store {
  isDown: boolean
  /** Awaited before the store looks for a session. */
  beforeFind: (() => Promise<void>) | undefined
}

/**
 * For a rule about a request that is answered before the store is asked for anything: which cookies and headers count. Such
 * a rule runs on one store, as it can't differ by store.
 */
export const beforeTheStore: { readonly only: readonly StoreName[] } = { only: ['memory'] }

/**
 * A rule, tested on every framework and every store: `cellsOf`.
 *
 * @param only leaves out stores whose clock can't be set, where a rule is about the deadlines of sessions, or that can't
 * make a difference: `beforeTheStore`
 */
export function rule(
  name: string,
  check: (t: Test, world: World) => Promise<void>,
  { only = stores }: { only?: readonly StoreName[] } = {},
): void {
  t.test(name, async t => {
    for (const [framework, storeName] of cellsOf(name, only)) {
      // The reporter makes a table of tests with such names.
      await t.test(`${framework} on ${storeName}`, async t => check(t, createWorld(t, framework, storeName)))
    }
  })
}

/**
 * The frameworks and stores to try a rule on. All frameworks share one core, and so the pairs prove little that each
 * framework and each store alone does not: a rule holds on every framework with the first store, and on every other store
 * with one framework. Which one depends on the name of the rule, so that each pair is tried by many rules. A fast run tries
 * each store with one framework, and a nightly run all pairs.
 */
function cellsOf(rule: string, stores: readonly StoreName[]): [framework: string, store: StoreName][] {
  const names = Object.keys(frameworks)
  const turn = turnOf(rule)
  const isTried = (framework: number, store: number) =>
    effort === 'nightly' || (effort === 'whole' && store === 0) || (turn + store) % names.length === framework
  return names.flatMap((framework, index) =>
    stores
      .filter((_, order) => isTried(index, order))
      .map(store => [framework, store] as [string, StoreName]),
  )
}

function createWorld(t: Test, framework: string, storeName: StoreName): World {
  const startApp = frameworks[framework] as StartApp
  const clock = fakeClock()
  const events: TokenEvent[] = []
  const store = breakable(storeName === 'memory' ? memoryStore({ now: clock.now }) : onRedis(t))
  return {
    framework,
    storeName,
    clock,
    events,
    store,
    async start(options = {}, { routes = [], ...more } = {}) {
      const app = await startApp({
        options: { secret, store, now: clock.now, onEvent: event => void events.push(event), ...options },
        routes: [...routes, ...commonRoutes],
        ...more,
      })
      t.teardown(() => app.close())
      return app
    },
  }
}

/** One server for all rules of a file; each has a prefix of its own. */
const server = await startRedis()
t.teardown(() => server.stop())
let stored = 0

function onRedis(t: Test): Store {
  const client = new Redis(server.port, '127.0.0.1')
  t.teardown(() => client.disconnect())
  return redisStore(client, { prefix: `rule${++stored}` })
}

function breakable(working: Store): BreakableStore {
  let isDown = false
  let beforeFind: BreakableStore['beforeFind']
  const find: Store['find'] = async ref => {
    await beforeFind?.()
    return working.find(ref)
  }
  return new Proxy(working as BreakableStore, {
    get(target, name) {
      if (name === 'isDown') {
        return isDown
      }
      if (name === 'find' && !isDown) {
        return find
      }
      const down = () =>
        Promise.reject(new StoreUnavailableError({ cause: new Error('connect ECONNREFUSED') }))
      // The number of its shards is known even then.
      return isDown && name !== 'onWarning' && name !== 'shards' ? down : Reflect.get(target, name)
    },
    set(_target, name, value) {
      isDown = name === 'isDown' ? Boolean(value) : isDown
      beforeFind = name === 'beforeFind' ? value : beforeFind
      return true
    },
  })
}

/** All that a refresh, a login or a log-out would change; move the clock on before the attempt. */
export async function stateOf({ tokens }: RunningApp, ...subjects: string[]): Promise<Session[]> {
  return (await Promise.all(subjects.map(subject => tokens.sessions(subject)))).flat()
}
