import { randomBytes } from 'node:crypto'
import { memoryStore, type Rotation, type SessionRef, type Store } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import t from 'tap'
import { runs } from '../../../test/helpers/effort.js'
import { startRedis } from '../../../test/helpers/redis.js'

const server = await startRedis()
const redis = new Redis(server.port, '127.0.0.1')
t.teardown(async () => {
  redis.disconnect()
  await server.stop()
})

/** A session, and the numbers that were issued for it: presented by their place in that order. */
interface Played {
  readonly store: Store
  readonly issued: number[]
}

async function play({ store, issued }: Played, ref: SessionRef, step: Step): Promise<Rotation['outcome']> {
  const newest = issued.at(-1) ?? 0
  const picked = issued[Math.max(0, issued.length - 1 - step.back)] ?? 0
  const generation = picked === newest ? newest + step.beyond : picked
  const answer = await store.rotate(ref, { generation, recovery: step.recovery, keepFor: 900 })
  if ('session' in answer && answer.outcome !== 'reused') {
    issued.push(answer.session.generation)
  }
  return answer.outcome
}

/** `back`: which of the numbers issued, from the newest; `beyond`: a number that the store never knew. */
interface Step {
  readonly back: number
  readonly beyond: number
  readonly recovery: number
}

const steps = fc.array(
  fc.record<Step>({
    back: fc.oneof({ weight: 4, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(6) }),
    beyond: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constant(1_000_000) },
    ),
    recovery: fc.oneof({ weight: 8, arbitrary: fc.constant(3600) }, { weight: 1, arbitrary: fc.constant(0) }),
  }),
  { minLength: 1, maxLength: 25 },
)

t.test('the script decides as the memory store does, whatever is presented', async t => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(steps, async history => {
      const [subjectHash, sid] = [0, 1].map(() => randomBytes(16).toString('base64url')) as [string, string]
      const players = [memoryStore(), redisStore(redis)].map((store): Played => ({ store, issued: [0] }))
      const session = { subjectHash, sid, idleTimeout: 3600, lifetime: 3600, data: '' }
      await Promise.all(players.map(({ store }) => store.create(session, { perSubject: 9, keepFor: 900 })))
      for (const step of history) {
        const [expected, outcome] = await Promise.all(
          players.map(played => play(played, { subjectHash, sid }, step)),
        )
        seen.add(`${outcome}`)
        if (outcome !== expected) {
          return false
        }
      }
      return true
    }),
    runs(200),
  )
  t.same([...seen].sort(), ['healed', 'reissued', 'reused', 'rotated', 'unknown'])
})
