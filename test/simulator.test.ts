// The simulator of bench/ at one seed: the figures in docs/protocol.md are of a longer run of the same command.
import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import t from 'tap'

interface Tally {
  rule: string
  client: string
  refreshes: number
  falseLogouts: number
  thieves: Record<string, number>
  unseen: Record<string, number>
  followed: Record<string, number>
}

const simulator = fileURLToPath(new URL('../bench/simulator/index.mjs', import.meta.url))
const { stdout } = await promisify(execFile)(process.execPath, [
  simulator,
  '--smoke',
  '--json',
  '--seed',
  '1',
])
const tallies: Tally[] = JSON.parse(stdout)

function tally(rule: string, client: string): Tally {
  const found = tallies.find(each => each.rule === rule && each.client === client)
  if (found === undefined) {
    throw new Error(`${rule} was not simulated with ${client}`)
  }
  return found
}

const sum = (numbers: Record<string, number>): number => Object.values(numbers).reduce((a, b) => a + b, 0)

for (const client of ['ifStale', 'naiveIfStale']) {
  t.test(`no false log-out under the rule of the core: ${client}`, async t => {
    const { refreshes, falseLogouts } = tally('ours', client)
    t.ok(refreshes > 400, `${refreshes} refreshes`)
    t.equal(falseLogouts, 0)
    t.ok(tally('strict', client).falseLogouts > 0)
  })
}

for (const client of ['plain', 'ifStale']) {
  t.test(`no thief follows under the rule of the core: ${client}`, async t => {
    const { thieves, unseen, followed } = tally('ours', client)
    t.ok(
      Object.values(thieves).every(count => count > 0),
      JSON.stringify(thieves),
    )
    t.equal(sum(unseen), 0)
    t.equal(sum(followed), 0)
    t.ok(sum(tally('leeway', client).unseen) > 0)
    t.ok(sum(tally('parent', client).unseen) > 0)
  })
}

t.test('the model of strict rotation agrees with the core that has no recovery window', async t => {
  for (const client of ['plain', 'ifStale']) {
    t.strictSame(tally('oursStrict', client), { ...tally('strict', client), rule: 'oursStrict' })
  }
})
