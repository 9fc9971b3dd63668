// 4. Refreshes and logins, over sockets and with Redis. Each client rotates a session of its own.

import { setTimeout as sleep } from 'node:timers/promises'
import { subject } from '../contestants/common.mjs'
import { post, refreshing } from '../load.mjs'
import { comparison, fixed, goals, table, whole } from '../report.mjs'
import { inRounds, onlyFirst } from '../rounds.mjs'
import { connections } from '../settings.mjs'
import { ratio } from '../stats.mjs'

export const floorName = 'floor: one script that does nothing'

export const refreshContestants = [
  [floorName, { contestant: 'refresh-floor' }],
  ['ours, HS256', { contestant: 'refresh-ours', algorithm: 'HS256' }],
  ['ours, EdDSA', { contestant: 'refresh-ours', algorithm: 'EdDSA' }],
  ['as tutorials, HS256', { contestant: 'refresh-tutorial', algorithm: 'HS256' }],
  [
    'as tutorials, HS256, a KeyObject',
    { contestant: 'refresh-tutorial', algorithm: 'HS256', keyObject: true },
  ],
  ['as tutorials, RS256', { contestant: 'refresh-tutorial', algorithm: 'RS256' }],
]

/** The default of `sessionsPerSubject`. */
const perUser = 100

/** Users with that many sessions: each login ends one of theirs. */
const full = [
  'ours, HS256, users at their limit',
  { contestant: 'refresh-ours', algorithm: 'HS256' },
  { full: true },
]

const routes = {
  Refresh: {
    path: '/auth/refresh',
    contestants: refreshContestants,
    clients: async server => (await server.credentials(connections)).map(refreshing),
  },
  Login: {
    path: '/login',
    contestants: [...refreshContestants, full],
    clients: async (_server, { full }) => {
      const user = index => ({ id: subject(index) })
      const another = () => user(users++)
      return Array.from({ length: connections }, (_, index) =>
        full
          ? { first: user(index), following: (_answer, sent) => sent }
          : { first: another(), following: another },
      )
    },
  },
}

/** Each login is of another, unless it is said otherwise. */
let users = connections

export async function refresh({ redis, settings }) {
  const sections = []
  for (const [title, { path, contestants, clients }] of Object.entries(routes)) {
    const prepare = async servers => {
      const rows = []
      for (const [name, described, options = {}] of onlyFirst(contestants, settings.variants)) {
        const server = await servers.of({ ...described, redis })
        await checkRefresh(server, name)
        if (options.full) {
          await post(server.port, path, await clients(server, options), { requests: connections * perUser })
        }
        rows.push({
          key: name,
          name,
          server,
          load: async limit => {
            // What the last load has left under way is over then: as tutorials have it, it would undo a login.
            await sleep(100)
            const each = await clients(server, options)
            // To log in is no part of it.
            return { before: await server.usage(), ...(await post(server.port, path, each, limit)) }
          },
        })
      }
      return rows
    }
    sections.push(section(title, await inRounds(prepare, settings.refresh)))
  }
  return `## Over sockets: refresh and login, with Redis\n\n${connections} clients.\n\n${sections.join('\n\n')}`
}

/** A successor is good for the next refresh; what came before is not, once that is done. */
export async function checkRefresh(server, name) {
  const ask = async body => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/auth/refresh`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { status: answer.status, body: await answer.json() }
  }
  const [first] = await server.credentials(1)
  const second = await ask(refreshing(first).first)
  const third = await ask(refreshing(second.body).first)
  const again = await ask(refreshing(first).first)
  const isFloor = name === floorName
  if (second.status !== 200 || third.status !== 200 || (again.status !== 400 && !isFloor)) {
    throw new Error(`${name}: ${second.status}, ${third.status}, then ${again.status}`)
  }
}

function section(title, rows) {
  const of = wanted => rows.find(({ name }) => name === wanted)
  const [floor, ours] = [of(floorName), of('ours, HS256')]
  const figures = table(
    ['', 'requests/s', 'IQR', 'of the floor', 'CPU per request', 'p50', 'p99', 'event loop p99'],
    rows.map(row => [
      row.name,
      whole(row.rate.median),
      `${fixed(row.rate.spread, 0)} %`,
      fixed(ratio(row.rates, floor.rates)),
      `${fixed(row.cpu.median, 0)} µs`,
      `${fixed(row.p50, 1)} ms`,
      `${fixed(row.p99, 1)} ms`,
      `${fixed(row.delay, 1)} ms`,
    ]),
  )
  const all = comparison(
    'ours, HS256: times as fast as tutorials, RS256',
    ours,
    of('as tutorials, RS256'),
    20,
  )
  const judged = all.length > 0 ? `\n\n${goals(all)}` : ''
  return `### ${title}\n\n${figures}${judged}`
}
