// A process that joins while many revocations are announced: what that takes of it, and what it holds then.

import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { connect } from './redis-server.mjs'

process.once('disconnect', () => process.exit())

const { redis, secret, idle } = JSON.parse(process.argv[2])
const client = connect(redis)
const store = redisStore(client)
// What comes once with the first: code, and the connection.
const first = createTokens({ secret, store: redisStore(client, { prefix: 'empty' }) })
await first.ready()
await first.close()
globalThis.gc()
const empty = process.memoryUsage().heapUsed

let [blocked, last] = [0, performance.now()]
const timer = setInterval(() => {
  blocked = Math.max(blocked, performance.now() - last)
  last = performance.now()
}, 1)
const begun = performance.now()
const tokens = createTokens({ secret, store })
await tokens.ready()
const ready = performance.now() - begun
await sleep(300)
clearInterval(timer)
globalThis.gc()
const bytes = process.memoryUsage().heapUsed - empty

const before = process.cpuUsage()
await sleep(idle * 1000)
const { user, system } = process.cpuUsage(before)
process.send({ ready, blocked, bytes, cpu: (user + system) / 1000 / idle })
