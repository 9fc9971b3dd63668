import fc from 'fast-check'
import t, { type Test } from 'tap'
import { runs } from '../../../test/helpers/effort.js'
import { type Happening, History, histories } from './history.js'

const tried = runs(300)

/** How much of what matters the random histories contain: a model in which nothing happens proves nothing. */
function summary() {
  return { rotations: 0, thefts: 0, refused: 0, seen: 0 }
}

async function check(
  t: Test,
  actors: { thief: boolean; failover: boolean },
  rule: (history: History) => boolean,
  total = summary(),
) {
  await fc.assert(
    fc.asyncProperty(histories(actors), async happenings => {
      const history = await new History().live(happenings)
      total.rotations += history.rotations
      total.thefts += history.thefts
      total.refused += history.victimRefused ? 1 : 0
      return rule(history) && !history.numberTwice && !history.resurrected
    }),
    tried,
  )
  t.ok(
    total.rotations > tried.numRuns,
    `${total.rotations} refreshes of the victim, ${total.thefts} of the thief`,
  )
  return total
}

t.test(
  'an honest session never ends: tabs that race, lost requests, lost answers, scripts run twice',
  async t => {
    await check(t, { thief: false, failover: false }, history => !history.victimRefused)
  },
)

t.test('R27: an honest session never ends though the store loses its last writes', async t => {
  await check(t, { thief: false, failover: true }, history => !history.victimRefused)
})

t.test('R5: a thief never succeeds after the victim used a token received after the copy', async t => {
  const { thefts, refused } = await check(
    t,
    { thief: true, failover: false },
    history => !history.thiefAfterVictim,
  )
  t.ok(thefts > tried.numRuns / 3, `${thefts} thefts`)
  t.ok(refused > tried.numRuns / 10, `${refused} sessions ended`)
})

t.test('a thief never succeeds after such a use that the store has kept, whatever it lost', async t => {
  await check(t, { thief: true, failover: true }, history => !history.thiefAfterVictim)
})

t.test('the model finds what is wrong with strict rotation', async t => {
  const search = fc.check(
    fc.asyncProperty(histories({ thief: false, failover: false }), async happenings => {
      return !(await new History({ recoveryWindow: 0 }).live(happenings)).victimRefused
    }),
    // It ends with the first history that it finds.
    { numRuns: 1000 },
  )
  t.equal((await search).failed, true)
})

const expiry: Happening = { type: 'time passes', seconds: 600 }
const refresh: Happening[] = [
  { type: 'a tab refreshes', tab: 0 },
  { type: 'the server answers', which: 0, twice: false },
  { type: 'an answer arrives', which: 0 },
]

t.test('the model itself: a thief who is faster than the victim ends in a session that is over', async t => {
  const theft: Happening[] = [{ type: 'the thief copies the jar' }, { type: 'the thief refreshes', which: 0 }]
  const secondRefresh: Happening = { type: 'the thief refreshes', which: 1 }
  const history = await new History().live([...theft, expiry, ...refresh, secondRefresh, expiry, ...refresh])
  t.match(history, { victimRefused: true, thefts: 2, rotations: 1, thiefAfterVictim: false })
})

t.test('the model itself: a session that lives on for long', async t => {
  const history = await new History().live(Array.from({ length: 50 }, () => [expiry, ...refresh]).flat())
  t.match(history, { victimRefused: false, rotations: 50 })
})
