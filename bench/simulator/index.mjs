// node bench/simulator/index.mjs [--smoke] [--json] [--seed 1] [--sessions 2000]
import process from 'node:process'
import { parseArgs } from 'node:util'
import { report } from './report.mjs'
import { rules } from './rules.mjs'
import { clients, simulate } from './simulate.mjs'

const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    sessions: { type: 'string' },
  },
})
const seed = Number(values.seed)
const sessions = Number(values.sessions ?? (values.smoke ? 24 : 2000))
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(sessions) || sessions < 1) {
  throw new TypeError('--seed and --sessions take whole numbers')
}

const startedAt = performance.now()
// A smoke run is too short to meet many otherwise.
const thiefShare = values.smoke ? 0.7 : 0.2
const table = Object.keys(rules).filter(name => name !== 'oursStrict')
const both = ['plain', 'ifStale']
const tallies = [
  ...(await simulate({ seed, sessions, thiefShare, ruleNames: table, clientNames: both })),
  ...(await simulate({
    seed,
    sessions: Math.ceil(sessions / 8),
    thiefShare: 0,
    ruleNames: table,
    clientNames: Object.keys(clients).filter(name => !both.includes(name)),
  })),
]
if (values.smoke) {
  tallies.push(
    ...(await simulate({ seed, sessions, thiefShare, ruleNames: ['oursStrict'], clientNames: both })),
  )
}
const seconds = (performance.now() - startedAt) / 1000
const command = ['node bench/simulator/index.mjs', ...process.argv.slice(2)].join(' ')
console.log(values.json ? JSON.stringify(tallies) : report(tallies, { command, seed, sessions, seconds }))
