// A store that answers something else than its contract says: never a fault that shows, never somebody logged out.

import { isDeepStrictEqual } from 'node:util'
import { type Issued, StoreUnavailableError, type TokenEvent } from '@tokenratchet/core'
import { createHttpLayer, type HttpLayer } from '@tokenratchet/core/http'
import { fakeClock } from '@tokenratchet/core/testing'
import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../test/helpers/effort.js'
import { newResponse } from './ask.js'
import { type Method, type SpoiltStore, spoilt, spoiltStore } from './bad-answers.js'
import { secret } from './setup.js'

interface World {
  readonly layer: HttpLayer
  readonly store: SpoiltStore
  readonly login: Issued
  readonly events: TokenEvent[]
  /** What the `claims` hook answers. */
  isDisabled: boolean
}

async function world(): Promise<World> {
  const clock = fakeClock()
  const store = spoiltStore(clock.now)
  const events: TokenEvent[] = []
  const layer = createHttpLayer({
    secret,
    store,
    now: clock.now,
    onEvent: event => void events.push(event),
    claims: () => (made.isDisabled ? false : undefined),
  })
  await layer.tokens.ready()
  await layer.tokens.close()
  const login = await layer.tokens.issue({ subject: 'ada', scope: 'read' })
  await layer.tokens.issue({ subject: 'ada' })
  events.length = 0
  const made: World = { layer, store, login, events, isDisabled: false }
  return made
}

const hashSubject = ({ refreshToken }: Issued): string =>
  Buffer.from(refreshToken, 'base64url').toString('base64url', 5, 21)

/** What a method answers when it does as it should. For a creation all but the session, which the store makes up. */
async function goodAnswer({ store, login }: World, method: Method): Promise<unknown> {
  const ref = { subjectHash: hashSubject(login), sid: login.sid }
  const found = await store.find(ref)
  const { session, now } = found
  return {
    create: { now, session, replaced: false, evicted: [{ ...ref, sid: 'evicted' }] },
    rotate: { outcome: 'rotated', now, session: { ...session, generation: 5 } },
    find: found,
    list: await store.list(ref.subjectHash),
    delete: true,
    deleteAll: [ref, { ...ref, sid: 'another' }],
    revokedSince: {
      revoked: [{ ...ref, kind: 'revoked', age: 5 }],
      cursor: '5',
      isContinuous: true,
      hasMore: false,
    },
  }[method]
}

/** What `find` may answer, too: members that are undefined may be left out, and the session may not be there. */
function mayBeFound(answer: unknown, good: unknown): boolean {
  const { now, session, announced } = Object(answer) as Record<string, unknown>
  const isAbsent = Number.isSafeInteger(now) && session === undefined && announced === undefined
  return isAbsent || isDeepStrictEqual({ announced: undefined, ...Object(answer) }, good)
}

type Asking = (world: World) => Promise<unknown>

interface Question {
  readonly asking: Asking
  /** The methods of the store that it comes to. */
  readonly methods: readonly Method[]
  /** The method that ends the session when it does what it is asked. */
  readonly ends?: Method
}

const tokens = ({ layer }: World) => layer.tokens

const verbs: Record<string, Question> = {
  issue: { asking: world => tokens(world).issue({ subject: 'ada' }), methods: ['create'] },
  'issue that replaces': {
    asking: world => tokens(world).issue({ subject: 'ada', replaces: world.login.refreshToken }),
    methods: ['create'],
    ends: 'create',
  },
  'issue that replaces the session of another subject': {
    asking: world => tokens(world).issue({ subject: 'bob', replaces: world.login.refreshToken }),
    methods: ['delete'],
    ends: 'delete',
  },
  refresh: { asking: world => tokens(world).refresh(world.login.refreshToken), methods: ['rotate'] },
  'refresh with a scope': {
    asking: world => tokens(world).refresh(world.login.refreshToken, { scope: 'read' }),
    methods: ['find', 'rotate'],
  },
  'refresh of a disabled account': {
    asking(world) {
      world.isDisabled = true
      return tokens(world).refresh(world.login.refreshToken)
    },
    methods: ['rotate', 'delete'],
    ends: 'delete',
  },
  introspect: { asking: world => tokens(world).introspect(world.login.accessToken), methods: ['find'] },
  sessions: { asking: world => tokens(world).sessions('ada'), methods: ['list'] },
  'revoke by token': {
    asking: world => tokens(world).revoke({ token: world.login.accessToken }),
    methods: ['delete'],
    ends: 'delete',
  },
  'revoke by sid': {
    asking: world => tokens(world).revoke({ subject: 'ada', sid: world.login.sid }),
    methods: ['delete'],
    ends: 'delete',
  },
  revokeAll: { asking: world => tokens(world).revokeAll('ada'), methods: ['deleteAll'], ends: 'deleteAll' },
}

/** A request of the page that has logged in. */
function route(method: string, path: string, sid?: (login: Issued) => string): Asking {
  return async ({ layer, login }) => {
    const cookie = `__Host-access_token=${login.accessToken}; __Host-refresh_token=${login.refreshToken}`
    const headers = { host: 'app.example.com', 'sec-fetch-site': 'same-origin', cookie }
    const found = layer.routes.find(each => each.path === path && each.method === method)
    return found?.handle({ method, headers }, newResponse(), sid?.(login))
  }
}

const routes: Record<string, Question> = {
  'POST /auth/refresh': { asking: route('POST', '/auth/refresh'), methods: ['rotate'] },
  'POST /auth/logout': { asking: route('POST', '/auth/logout'), methods: ['delete'], ends: 'delete' },
  'POST /auth/logout-all': {
    asking: route('POST', '/auth/logout-all'),
    methods: ['find', 'deleteAll'],
    ends: 'deleteAll',
  },
  'GET /auth/sessions': { asking: route('GET', '/auth/sessions'), methods: ['find', 'list'] },
  'DELETE the current session': {
    asking: route('DELETE', '/auth/sessions', ({ sid }) => sid),
    methods: ['find', 'delete'],
    ends: 'delete',
  },
  'DELETE another session': {
    asking: route('DELETE', '/auth/sessions', () => 'another'),
    methods: ['find', 'delete'],
  },
}

/** A verb rejects; a route answers. */
async function expectOutage(asking: Promise<unknown>): Promise<void> {
  const answer = await asking.catch((error: unknown) => {
    if (!(error instanceof StoreUnavailableError)) {
      throw error
    }
    return error
  })
  if ((answer as { status?: unknown } | undefined)?.status !== 503) {
    throw new Error(`it was no outage: ${JSON.stringify(answer)}`)
  }
}

/** Nobody was logged out, nothing is remembered, and one event tells what is wrong with which method. */
async function expectUnharmed({ layer, store, login, events }: World, hasEnded: boolean): Promise<void> {
  const method = store.spoil?.method
  store.spoil = undefined
  const [event, ...others] = events
  const cause = event?.type === 'store_unavailable' ? (event.error.cause as Error).message : event?.type
  if (others.length > 0 || !`${cause}`.includes(`${method}()`)) {
    throw new Error(`${cause}, ${others.map(({ type }) => type)}`)
  }
  layer.tokens.verify(login.accessToken)
  if (!hasEnded) {
    await layer.tokens.introspect(login.accessToken)
    await layer.tokens.refresh(login.refreshToken)
  }
}

for (const [name, { asking, methods, ends }] of Object.entries({ ...verbs, ...routes })) {
  for (const method of methods) {
    t.test(`R26, R38: ${name} is 503 when ${method} answers something else than its contract`, async t => {
      await fc.assert(
        fc.asyncProperty(fc.gen(), fc.boolean(), async (generate, isDone) => {
          const made = await world()
          const good = await goodAnswer(made, method)
          const answer = generate(spoilt, method, good)
          fc.pre(!(method === 'find' && mayBeFound(answer, good)))
          made.store.spoil = { method, isDone, answer }
          await expectOutage(asking(made))
          made.isDisabled = false
          await expectUnharmed(made, isDone && method === ends)
        }),
        // A failure is a small answer already.
        { ...runs(150), endOnFailure: true },
      )
      t.pass()
    })
  }
}

t.test('R26: a feed that answers something else than its contract is stale, and revokes nothing', async t => {
  const made = await world()
  const good = await goodAnswer(made, 'revokedSince')
  await fc.assert(
    fc.asyncProperty(spoilt('revokedSince', good), async answer => {
      const events: TokenEvent[] = []
      made.store.spoil = { method: 'revokedSince', isDone: false, answer }
      const { tokens } = createHttpLayer({
        secret,
        store: made.store,
        now: () => Date.UTC(2026, 0, 1),
        onEvent: event => void events.push(event),
      })
      await tokens.ready()
      await tokens.close()
      tokens.verify(made.login.accessToken)
      const [event] = events
      const cause = event?.type === 'feed_stale' ? (event.error.cause as Error).message : ''
      return events.length === 1 && cause.includes('revokedSince()')
    }),
    { endOnFailure: true },
  )
  t.pass()
})
