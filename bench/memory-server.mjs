// A process with one contestant and its clients in memory: measures its own CPU.

import process from 'node:process'
import { getRequest, MemoryClients, refreshRequest, refreshTokenIn } from './memory-clients.mjs'
import { profile } from './profiling.mjs'
import { answering } from './questions.mjs'
import { connections } from './settings.mjs'

const settings = JSON.parse(process.argv[2])
const { start } = await import(`./contestants/${settings.contestant}.mjs`)
const contestant = await start(settings)
const clients = new MemoryClients(contestant.server, connections)

/** How many tokens are made at once, where each is used once. */
const stock = 1024

const loads = {
  bearer: credentials => repeated(credentials.map(({ bearer }) => getRequest(bearer))),
  cookie: credentials => repeated(credentials.map(({ cookie }) => getRequest(cookie))),
  // The bare frameworks read no token, so they may receive one again.
  once: contestant.credentials ? once : credentials => loads.bearer(credentials),
  refresh: rotated,
}

/** By their ways: what makes requests, once for each. */
const prepared = new Map()

answering({
  credentials: ({ count, only }) => contestant.credentials(count, only),
  prepare({ way, credentials }) {
    prepared.set(way, loads[way](credentials))
    return {}
  },
  /** Microseconds of CPU for each request, of all threads of this process. A quarter more requests come first. */
  async measure({ way, requests }) {
    const { requestOf, onBody, ready } = prepared.get(way)
    const first = Math.ceil(requests / 4)
    await ready?.(first + requests)
    // Until then the caches of the processor are those of another process.
    await clients.send(first, requestOf, onBody)
    const before = process.cpuUsage()
    await clients.send(requests, requestOf, onBody)
    const { user, system } = process.cpuUsage(before)
    return { cpu: (user + system) / requests }
  },
  profile,
})
process.send({ port: contestant.port })

function repeated(requests) {
  let next = 0
  return { requestOf: () => requests[next++ % requests.length] }
}

function once() {
  const requests = []
  return {
    requestOf: () => requests.pop(),
    async ready(count) {
      if (requests.length < count) {
        const made = await contestant.credentials(Math.max(stock, count), 'bearer')
        requests.push(...made.map(({ bearer }) => getRequest(bearer)))
      }
    },
  }
}

/** Each client refreshes a session of its own. */
function rotated(credentials) {
  const tokens = credentials.map(({ refresh_token }) => refresh_token)
  return {
    requestOf: client => refreshRequest(tokens[client]),
    onBody(client, body) {
      tokens[client] = refreshTokenIn(body)
    },
  }
}
