// A short fault run, and that a run sees what breaks: a run that can't fail would prove nothing.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Tokens } from '@tokenratchet/core'
import t from 'tap'
import type { World } from './chaos/asking.js'
import { Counts, labels, type Name, promises } from './chaos/counts.js'
import { Diary } from './chaos/diary.js'
import { mustBeDead } from './chaos/endings.js'
import { seeded } from './chaos/random.js'
import { copy, replay } from './chaos/thieves.js'
import { live } from './chaos/users.js'
import { Windows } from './chaos/windows.js'
import { until } from './helpers/redis.js'

const main = fileURLToPath(new URL('chaos/main.ts', import.meta.url))

/** A run in a folder of its own, by which the processes that it has started are known. */
async function start(...args: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'chaos-test-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const child = spawn(process.execPath, ['--import=tsx', main, ...args], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
  })
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'exit').then(([status]) => ({ status, output }))
  return { child, ended, servers: () => serversIn(folder), files: () => filesIn(folder) }
}

/** What runs leave in a folder, apart from the cache of tsx. */
async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter(name => name.startsWith('tokenratchet'))
}

/** The processes that work in a folder. */
async function serversIn(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const places = await Promise.all(pids.map(pid => readlink(`/proc/${pid}/cwd`).catch(() => '')))
  return pids.filter((_, index) => places[index]?.startsWith(folder))
}

/** A figure of the table that a run prints. */
function figure(output: string, name: Name): number {
  const line = output.split('\n').find(each => each.includes(`${labels[name]}  `)) ?? ''
  return Number(line.trim().split(/\s+/).at(-1)?.replaceAll(',', ''))
}

t.test('R26, R27: a short run on a Cluster keeps every promise', async t => {
  const { ended, servers, files } = await start('--smoke', '--seed', '1')
  const { status, output } = await ended
  t.equal(status, 0, output)
  for (const name of Object.keys(promises) as Name[]) {
    t.equal(figure(output, name), 0, labels[name])
  }
  for (const name of ['faulted', 'logins', 'exposed'] as const) {
    t.ok(figure(output, name) > 0, labels[name])
  }
  t.match(output, /^seed 1$/m)
  t.same(await servers(), [])
  t.same(await files(), [])
})

t.test('a run sees a broken promise, and its exit code says so', async t => {
  const { ended } = await start(
    ...['--smoke', '--seed', '1', '--topology', 'single', '--faults', 'replies'],
    ...['--users', '100', '--recovery-window', '0'],
  )
  const { status, output } = await ended
  t.equal(status, 1, output)
  t.ok(figure(output, 'falseLogouts') > 0, output)
})

t.test('an interrupted run ends all that it has started', async t => {
  const { child, ended, servers, files } = await start('--smoke', '--topology', 'single', '--minutes', '5')
  await until('servers run', async () => (await servers()).length >= 2)
  child.kill('SIGINT')
  t.equal((await ended).status, 130)
  await until('the servers have ended', async () => (await servers()).length === 0)
  t.same(await files(), [])
})

t.test('invalid options are refused', async t => {
  const { ended } = await start('--topology', 'ring')
  t.equal((await ended).status, 2)
})

/** A world in which this is all that is asked. */
function worldOf(refresh: (token: string) => Promise<{ refreshToken: string }>, windows = new Windows()) {
  const tokens = {
    refresh,
    issue: async () => ({ sid: 'sid', refreshToken: 'first' }),
    revoke: async () => {},
  }
  const reports: string[] = []
  const world: World = {
    instances: [tokens as unknown as Tokens],
    windows,
    counts: new Counts(),
    random: seeded(1),
    healing: 0.01,
    pause: 0,
    established: new Set(),
    diary: new Diary(),
    isEnding: false,
    isOver: false,
    seeThrough: () => {},
    report: text => reports.push(text),
  }
  return { world, reports }
}

const always = async (token: string) => ({ refreshToken: `${token}+` })
const refused = Object.assign(new Error('refused'), { code: 'ERR_INVALID_GRANT' })

t.test('a store that answers whatever it is asked breaks each promise about thieves and endings', async t => {
  const { world } = worldOf(always)
  await replay(world, 'held', { token: 'old', successorUsedAt: Date.now() })
  t.equal(world.counts.totals.missedReuses, 1, 'a used token was answered')
  await copy(world, 'held')
  t.equal(world.counts.totals.missedReuses, 2, 'both lines of a session were answered')
  await mustBeDead(world, 'token', Date.now(), 'undoneLogouts')
  t.equal(world.counts.totals.undoneLogouts, 1)
})

t.test('what a fault may have lost is none of that, until both lines are answered twice', async t => {
  const windows = new Windows()
  windows.begin('kill', 0)
  const { world } = worldOf(always, windows)
  await replay(world, 'held', { token: 'old', successorUsedAt: Date.now() })
  t.equal(world.counts.totals.missedReuses, 0)
  t.equal(world.counts.totals.doubleLives, 1)
})

t.test(
  'an ended session that lives on after a fault breaks a promise once healing has had its time',
  async t => {
    const windows = new Windows()
    windows.begin('kill', 0)
    windows.end(Date.now())
    const { world } = worldOf(always, windows)
    await mustBeDead(world, 'token', Date.now() - 1, 'undoneLogouts')
    t.equal(world.counts.totals.undoneLogouts, 1)
  },
)

t.test('a refusal is a false log-out when something was acknowledged while all was well', async t => {
  for (const isFaulty of [false, true]) {
    const windows = new Windows()
    if (isFaulty) {
      windows.begin('kill', 0)
    }
    const { world } = worldOf(async token => {
      if (token.length > 8) {
        world.isEnding = true
        throw refused
      }
      return always(token)
    }, windows)
    await live(world, 'alice')
    const { falseLogouts, youngLost, logins } = world.counts.totals
    t.same(
      { falseLogouts, youngLost, logins },
      { falseLogouts: isFaulty ? 0 : 1, youngLost: isFaulty ? 1 : 0, logins: 1 },
    )
  }
})

t.test('any error that is no 503 and no refusal is counted, and so is a call that hangs', async t => {
  const { world, reports } = worldOf(async token => {
    if (token === 'odd') {
      world.isOver = true
      throw new RangeError('a bug')
    }
    return new Promise(() => {})
  })
  await copy(world, 'odd')
  t.equal(world.counts.totals.otherErrors, 1)
  t.match(reports[0], /RangeError: a bug/)

  world.isOver = false
  const { setTimeout } = globalThis
  t.teardown(() => Object.assign(globalThis, { setTimeout }))
  globalThis.setTimeout = ((run: () => void) => setTimeout(run, 0)) as typeof setTimeout
  void mustBeDead(world, 'silent', Date.now(), 'undoneLogouts')
  await until('the call is counted', async () => world.counts.totals.hangs === 1)
})
