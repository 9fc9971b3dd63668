// 3, second half. Guarded GETs with more tokens than the cache holds, and with tokens seen once.

import { get } from '../load.mjs'
import { fixed, table, whole } from '../report.mjs'
import { inRounds, onlyFirst } from '../rounds.mjs'
import { connections } from '../settings.mjs'
import { ratio } from '../stats.mjs'

const contestants = [
  ['ours, HS256', { contestant: 'ours-fastify', algorithm: 'HS256' }],
  ['ours, EdDSA', { contestant: 'ours-fastify', algorithm: 'EdDSA' }],
  // Without a cache one token is like another.
  ['@fastify/jwt, HS256', { contestant: 'fastify-jwt', algorithm: 'HS256' }, { cacheless: true }],
  ['@fastify/jwt, EdDSA', { contestant: 'fastify-jwt', algorithm: 'EdDSA' }, { cacheless: true }],
]

export async function different({ settings: { different: settings, variants } }) {
  const prepare = async servers => {
    const rows = []
    for (const [name, described, { cacheless } = {}] of onlyFirst(contestants, variants)) {
      const server = await servers.of(described)
      const bearers = async count => (await server.credentials(count, 'bearer')).map(({ bearer }) => bearer)
      const row = (kind, load) => rows.push({ key: `${name} ${kind}`, name, kind, server, load })
      const few = await bearers(connections)
      row(`${connections} tokens`, limit => get(server.port, few, limit))
      if (!cacheless) {
        const many = await bearers(settings.tokens)
        row(`${whole(settings.tokens)} tokens`, limit => get(server.port, drawnFrom(many), limit))
      }
      row('each token once', async () => {
        const fresh = await bearers(settings.once)
        // What it costs to make them is no part of it.
        return { before: await server.usage(), ...(await get(server.port, fresh, { all: true })) }
      })
    }
    return rows
  }
  return `### More tokens than the cache holds\n\nOn Fastify, as bearer.\n\n${tableOf(await inRounds(prepare, settings))}`
}

/** Any of them, and as many as a round can send, no more: to build requests takes the parent long. */
function drawnFrom(all) {
  return Array.from({ length: 300 * connections }, () => all[Math.floor(Math.random() * all.length)])
}

function tableOf(rows) {
  return table(
    ['', '', 'requests/s', 'IQR', 'of its few tokens', 'CPU per request'],
    rows.map(row => [
      row.name,
      row.kind,
      whole(row.rate.median),
      `${fixed(row.rate.spread, 0)} %`,
      fixed(ratio(row.rates, rows.find(({ name }) => name === row.name).rates)),
      `${fixed(row.cpu.median, 1)} µs`,
    ]),
  )
}
