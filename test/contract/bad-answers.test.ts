// A store that answers something else than its contract says, as a driver or a proxy in front of it may.
import type { Store } from '@tokenratchet/core'
import type { AppRoute } from './app.js'
import { Browser, names, type Sent } from './http.js'
import { rule, stateOf, type World } from './rule.js'

type Method = Exclude<keyof Store, 'onWarning'>

const fresh: AppRoute = {
  method: 'GET',
  path: '/fresh',
  auth: { introspect: true },
  handle: ({ user }) => ({ body: { user: user?.sub } }),
}

interface Step {
  readonly session: object
}

/** Makes something else of what the store has answered. */
type Spoil = (answer: never) => unknown

const withMember =
  (change: object): Spoil =>
  (answer: Step) => ({ ...answer, ...change })
const withSession =
  (change: object): Spoil =>
  (answer: Step) => ({ ...answer, session: { ...answer.session, ...change } })

const anything: Record<string, Spoil> = {
  null: () => null,
  text: () => 'OK',
  'a number': () => 1,
  'a list of a list': () => [[]],
  'an empty object': () => ({}),
}
const anythingOrNothing: Record<string, Spoil> = { ...anything, nothing: () => undefined }

const steps: Record<string, Spoil> = {
  ...anythingOrNothing,
  'no session': withMember({ session: undefined }),
  'the session of somebody else': withSession({ sid: 'A'.repeat(22) }),
  'the session of another subject': withSession({ subjectHash: 'A'.repeat(22) }),
  'a generation of more than 6 bytes': withSession({ generation: 2 ** 48 }),
  'a generation below zero': withSession({ generation: -1 }),
  'a generation that is no number': withSession({ generation: Number.NaN }),
  'a time beyond all dates': withSession({ absoluteUntil: 1e300 }),
}

interface Row {
  readonly method: Method
  readonly spoils: Record<string, Spoil>
  /** What comes to this method of the store. */
  readonly requests: readonly Sent[]
  /** Answers instead of doing what it is asked: these would end the session. */
  readonly isInstead?: boolean
}

const rows: readonly Row[] = [
  {
    method: 'rotate',
    spoils: {
      ...steps,
      'an outcome that is a number': withMember({ outcome: 7 }),
      'data of another subject': withSession({ data: '["grace",{}]' }),
    },
    requests: [{ method: 'POST', url: '/auth/refresh' }],
  },
  {
    method: 'create',
    spoils: steps,
    requests: [{ method: 'POST', url: '/login', payload: { subject: 'grace' }, headers: { cookie: '' } }],
  },
  {
    method: 'find',
    spoils: anything,
    requests: [
      { url: '/fresh' },
      { url: '/auth/sessions' },
      { method: 'POST', url: '/auth/logout-all' },
      { method: 'DELETE', url: '/auth/sessions/x' },
    ],
  },
  { method: 'list', spoils: anythingOrNothing, requests: [{ url: '/auth/sessions' }] },
  {
    method: 'delete',
    spoils: anythingOrNothing,
    isInstead: true,
    requests: [
      { method: 'POST', url: '/auth/logout' },
      { method: 'POST', url: '/leave' },
      { method: 'DELETE', url: '/auth/sessions/x' },
    ],
  },
  {
    method: 'deleteAll',
    spoils: anythingOrNothing,
    isInstead: true,
    requests: [{ method: 'POST', url: '/auth/logout-all' }],
  },
]

/** The store of the world; `spoil` makes something else of the answers of one method. */
function spoilable({ store }: World) {
  const made = {
    spoil: undefined as (Pick<Row, 'method' | 'isInstead'> & { by: Spoil }) | undefined,
    store: new Proxy(store, {
      get(target, name) {
        const method = Reflect.get(target, name)
        const { spoil } = made
        return spoil?.method !== name
          ? method
          : async (...asked: unknown[]) =>
              spoil.by((spoil.isInstead ? undefined : await method(...asked)) as never)
      },
    }),
  }
  return made
}

rule(
  'R26, R38: whatever the store answers that is not in its contract is 503, and logs nobody out',
  async (t, world) => {
    const made = spoilable(world)
    const app = await world.start({ store: made.store }, { routes: [fresh] })
    const browser = new Browser(app)
    await browser.login('ada')
    for (const { method, spoils, requests, isInstead = false } of rows) {
      for (const [what, by] of Object.entries(spoils)) {
        for (const sent of requests) {
          world.events.length = 0
          made.spoil = { method, isInstead, by }
          const answer = await browser.send(sent)
          made.spoil = undefined
          const row = `${method} answers ${what} to ${sent.method ?? 'GET'} ${sent.url}`
          t.match([answer.status, answer.headers['retry-after'], answer.cookies], [503, '1', []], row)
          t.match(world.events, [{ type: 'store_unavailable' }])
        }
      }
    }
    t.equal((await browser.get('/fresh')).status, 200)
    t.equal((await browser.post('/auth/refresh')).status, 200)
    t.equal((await stateOf(app, 'ada')).length, 1)
  },
)

rule('R26: a page that is refreshed by a store that answers nonsense is 503', async (t, world) => {
  const made = spoilable(world)
  const app = await world.start({ store: made.store, autoRefresh: true })
  const browser = new Browser(app)
  await browser.login('ada')
  browser.cookies.delete(names.access)
  for (const [what, by] of Object.entries(steps)) {
    made.spoil = { method: 'rotate', by }
    for (const url of ['/me', '/maybe']) {
      const answer = await browser.get(url)
      t.match([answer.status, answer.cookies], [503, []], `${url}: ${what}`)
    }
  }
  made.spoil = undefined
  t.equal((await browser.get('/me')).status, 200)
})
