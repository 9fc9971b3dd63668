import { randomBytes } from 'node:crypto'
import { memoryStore, type Rotation, type SessionRef, type Store } from '@tokenratchet/core'
import { fakeClock } from '@tokenratchet/core/testing'
import { sqliteStore } from '@tokenratchet/sqlite'
import fc from 'fast-check'
import Database from 'libsql'
import t from 'tap'
import { runs } from '../../../test/helpers/effort.js'

/** What is asked of both stores. Sessions and generations are named by their place, as numbers follow the clock. */
type Step =
  | { type: 'login'; subject: number; perSubject: number; replaces: number }
  | { type: 'refresh'; session: number; back: number; recovery: number }
  | { type: 'log out'; session: number; always: boolean }
  | { type: 'log out everywhere'; subject: number; except: number }
  | { type: 'look'; session: number }
  | { type: 'read the feed' }
  | { type: 'time passes'; seconds: number }

const session = fc.nat(6)
const subject = fc.nat(1)
const of = <T extends Step['type']>(type: T, values: object) =>
  fc.record({ type: fc.constant(type), ...values }) as unknown as fc.Arbitrary<Step>
const steps = fc.array(
  fc.oneof(
    of('login', { subject, perSubject: fc.integer({ min: 1, max: 4 }), replaces: fc.nat(8) }),
    of('refresh', { session, back: fc.nat(3), recovery: fc.constantFrom(0, 3600) }),
    of('refresh', { session, back: fc.nat(1), recovery: fc.constant(3600) }),
    of('log out', { session, always: fc.boolean() }),
    of('log out everywhere', { subject, except: fc.nat(8) }),
    of('look', { session }),
    of('read the feed', {}),
    of('time passes', { seconds: fc.constantFrom(0, 1, 400, 3000) }),
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
)

/** A store, and what it has answered so far: numbers to present again, and where its feed was read to. */
class Player {
  readonly #store: Store
  readonly #issued = new Map<string, number[]>()
  #cursor: string | undefined

  constructor(store: Store) {
    this.#store = store
  }

  async play(step: Step, refs: readonly SessionRef[], subjects: readonly string[], fresh: SessionRef) {
    const picked = 'session' in step ? refs[step.session % Math.max(1, refs.length)] : undefined
    switch (step.type) {
      case 'login': {
        const { subjectHash } = fresh
        const replaced = refs.filter(ref => ref.subjectHash === subjectHash)[step.replaces]
        const session = { ...fresh, idleTimeout: 3600, lifetime: 7200, data: '{}' }
        const rules = { perSubject: step.perSubject, keepFor: 900, ...(replaced && { replaces: replaced }) }
        this.#issued.set(fresh.sid, [0])
        return this.#store.create(session, rules)
      }
      case 'refresh':
        return picked && this.#refresh(picked, step)
      case 'log out':
        return picked && this.#store.delete(picked, { keepFor: 900, always: step.always })
      case 'log out everywhere': {
        const except = refs[step.except]?.sid
        const how = { keepFor: 900, ...(except !== undefined && { except }) }
        const ended = await this.#store.deleteAll(subjects[step.subject] as string, how)
        return ended.map(({ sid }) => sid).sort()
      }
      case 'look':
        return picked && this.#store.find(picked)
      case 'read the feed': {
        const { revoked, cursor, isContinuous, hasMore } = await this.#store.revokedSince(this.#cursor, {
          keepFor: 900,
        })
        this.#cursor = cursor
        // Sessions that end in one step have no order.
        return {
          revoked: revoked.toSorted((one, other) => (one.sid < other.sid ? -1 : 1)),
          isContinuous,
          hasMore,
        }
      }
      case 'time passes':
        return undefined
    }
  }

  async #refresh(ref: SessionRef, { back, recovery }: { back: number; recovery: number }): Promise<Rotation> {
    const issued = this.#issued.get(ref.sid) as number[]
    const generation = issued.at(-1 - back) ?? 0
    const answer = await this.#store.rotate(ref, { generation, recovery, keepFor: 900 })
    if ('session' in answer && answer.outcome !== 'reused') {
      issued.push(answer.session.generation)
    }
    return answer
  }
}

t.test('SQLite answers whatever is asked as the memory store does', async t => {
  const seen = new Set<string>()
  const database = new Database(':memory:')
  t.teardown(() => database.close())
  let count = 0
  await fc.assert(
    fc.asyncProperty(steps, async history => {
      const clock = fakeClock()
      const subjects = [0, 1].map(() => randomBytes(16).toString('base64url'))
      const refs: SessionRef[] = []
      const [memory, sqlite] = [
        new Player(memoryStore({ now: clock.now })),
        new Player(sqliteStore(database, { now: clock.now, prefix: `history_${count++}` })),
      ]
      for (const step of history) {
        // No two steps are at one time: of sessions used at one time either may be the least recently used.
        clock.set(clock.now() + 1 + (step.type === 'time passes' ? step.seconds * 1000 : 0))
        const fresh = {
          subjectHash: subjects['subject' in step ? step.subject : 0] as string,
          sid: randomBytes(16).toString('base64url'),
        }
        const expected = await memory.play(step, refs, subjects, fresh)
        const answer = await sqlite.play(step, refs, subjects, fresh)
        if (step.type === 'login') {
          refs.push(fresh)
        }
        seen.add((answer as Rotation | undefined)?.outcome ?? step.type)
        t.strictSame(answer, expected, step.type)
        if (!t.passing()) {
          return false
        }
      }
      return true
    }),
    runs(100),
  )
  t.ok(
    ['rotated', 'reissued', 'reused', 'unknown', 'login', 'look'].every(each => seen.has(each)),
    `${[...seen]}`,
  )
})
