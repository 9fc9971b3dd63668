// 1. A guarded GET.

import { get } from '../load.mjs'
import { comparison, fixed, goals, table, whole } from '../report.mjs'
import { inRounds, onlyFirst } from '../rounds.mjs'
import { connections } from '../settings.mjs'
import { ratio } from '../stats.mjs'
import { different } from './different.mjs'

const hs256 = { algorithm: 'HS256' }
const eddsa = { algorithm: 'EdDSA' }

/** Name, settings of the server, and by what credentials it is asked; `store`: the server gets Redis. */
const frameworks = {
  Fastify: [
    ['bare Fastify', { contestant: 'bare-fastify' }, ['bearer', 'cookie']],
    ['ours, HS256', { contestant: 'ours-fastify', ...hs256 }, ['bearer', 'cookie']],
    ['ours, EdDSA', { contestant: 'ours-fastify', ...eddsa }, ['bearer', 'cookie']],
    ['ours, Redis, HS256', { contestant: 'ours-fastify', ...hs256, store: true }, ['bearer', 'cookie']],
    ['@fastify/jwt, HS256', { contestant: 'fastify-jwt', ...hs256 }, ['bearer', 'cookie']],
    ['@fastify/jwt, HS256, its cache', { contestant: 'fastify-jwt', ...hs256, cache: true }, ['bearer']],
    ['@fastify/jwt, EdDSA', { contestant: 'fastify-jwt', ...eddsa }, ['bearer']],
    ['@fastify/session, Redis', { contestant: 'fastify-session', store: true }, ['cookie']],
  ],
  Express: [
    ['bare Express', { contestant: 'bare-express' }, ['bearer', 'cookie']],
    ['ours, HS256', { contestant: 'ours-express', ...hs256 }, ['bearer', 'cookie']],
    ['ours, EdDSA', { contestant: 'ours-express', ...eddsa }, ['bearer', 'cookie']],
    ['ours, Redis, HS256', { contestant: 'ours-express', ...hs256, store: true }, ['bearer', 'cookie']],
    ['express-jwt, HS256', { contestant: 'express-jwt', ...hs256 }, ['bearer', 'cookie']],
    [
      'express-jwt, HS256, a KeyObject',
      { contestant: 'express-jwt', ...hs256, keyObject: true },
      ['bearer', 'cookie'],
    ],
    ['express-jwt, RS256', { contestant: 'express-jwt', algorithm: 'RS256' }, ['bearer']],
    ['passport-jwt, HS256', { contestant: 'passport-jwt', ...hs256 }, ['bearer']],
    ['express-session, Redis', { contestant: 'express-session', store: true }, ['cookie']],
    ['better-auth, Redis', { contestant: 'better-auth', store: true }, ['cookie']],
  ],
}

export async function guard({ redis, settings }) {
  const sections = []
  for (const [framework, contestants] of Object.entries(frameworks)) {
    const entered = onlyFirst(contestants, settings.variants)
    const rows = await inRounds(
      (servers, { again }) => rowsOf(again ? entered.filter(isClose) : entered, servers, redis),
      settings.guard,
    )
    sections.push(`### ${framework}\n\n${tableOf(rows)}\n\n${goals(goalsOf(framework, rows))}`)
  }
  sections.push(await different({ settings }))
  return `## A guarded GET\n\n${sections.join('\n\n')}`
}

async function rowsOf(contestants, servers, redis) {
  const rows = []
  let ours
  for (const [name, { store, ...settings }, ways] of contestants.toSorted(oursFirst)) {
    const server = await servers.of({ ...settings, ...(store && { redis }) })
    const isBare = name.startsWith('bare')
    const credentials = isBare ? ours : await server.credentials(connections)
    ours ??= credentials
    for (const way of ways) {
      await check(server.port, credentials, way, isBare)
      const headers = credentials.map(each => each[way])
      rows.push({ key: `${name} ${way}`, name, way, server, load: limit => get(server.port, headers, limit) })
    }
  }
  const order = contestants.map(([name]) => name)
  return rows.sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name))
}

/** Those that goals compare. */
const isClose = ([name]) => /^(ours|bare)|^(@fastify\/jwt|express-jwt), HS256(, a KeyObject)?$/.test(name)

/** The bare ones are asked with credentials of ours. */
const oursFirst = ([one], [other]) => Number(other.startsWith('ours')) - Number(one.startsWith('ours'))

/** Each answers who it is, and refuses those who don't say, or whose credential was changed. */
async function check(port, [first, second], way, isBare) {
  const ask = headers => fetch(`http://127.0.0.1:${port}/me`, { headers })
  for (const credential of [first, second]) {
    const answer = await ask(credential[way])
    const { id } = await answer.json()
    if (answer.status !== 200 || (!isBare && id !== credential.subject)) {
      throw new Error(`${port}: ${answer.status} with ${id} for ${credential.subject}`)
    }
  }
  const changed = Object.fromEntries(
    Object.entries(first[way]).map(([name, value]) => [
      name,
      value.replace(/[^;]{12}(?=;|$)/g, 'AAAAAAAAAAAA'),
    ]),
  )
  for (const headers of isBare ? [] : [{}, changed]) {
    const answer = await ask(headers)
    if (answer.status !== 401) {
      throw new Error(`${port}: ${answer.status} without a valid credential`)
    }
  }
}

function tableOf(rows) {
  return table(
    ['', 'sent as', 'requests/s', 'IQR', 'of bare', 'CPU per request', 'of bare', 'event loop p99'],
    rows.map(row => {
      const bare = rows.find(({ name, way }) => name.startsWith('bare') && way === row.way)
      return [
        row.name,
        row.way,
        whole(row.rate.median),
        `${fixed(row.rate.spread, 0)} %`,
        fixed(ratio(row.rates, bare.rates)),
        `${fixed(row.cpu.median, 1)} µs`,
        fixed(ratio(bare.cpus, row.cpus)),
        `${fixed(row.delay, 1)} ms`,
      ]
    }),
  )
}

function goalsOf(framework, rows) {
  const of = (start, way) => rows.find(({ name, way: by }) => name === start && by === way)
  const bare = `bare ${framework}`
  const [least, peer, times] =
    framework === 'Fastify' ? [0.9, '@fastify/jwt, HS256', 3] : [0.95, 'express-jwt, HS256', 4]
  const all = []
  const compare = (...terms) => all.push(...comparison(...terms))
  for (const name of ['ours, HS256', 'ours, EdDSA', 'ours, Redis, HS256']) {
    for (const way of ['bearer', 'cookie']) {
      compare(`${name}, ${way}: part of ${bare}`, of(name, way), of(bare, way), least)
    }
  }
  for (const way of ['bearer', 'cookie']) {
    compare(`${way}: times ${peer}`, of('ours, HS256', way), of(peer, way), times)
    compare(`${way}: EdDSA, part of HS256, once cached`, of('ours, EdDSA', way), of('ours, HS256', way), 0.95)
  }
  return all
}
