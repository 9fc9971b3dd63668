// A process that imports one plugin and registers it with Fastify, and measures that.

import process from 'node:process'
import Fastify from 'fastify'

process.once('disconnect', () => process.exit())

const { plugin, secret } = JSON.parse(process.argv[2])
// What Fastify itself loads and compiles at its first use is no part of it.
await Fastify().ready()
const app = Fastify()
const [begun, before] = [performance.now(), process.cpuUsage()]
const { default: register, memoryStore } = await import(plugin)
await app.register(register, { secret, ...(memoryStore && { store: memoryStore() }) })
await app.ready()
const { user, system } = process.cpuUsage(before)
process.send({ took: performance.now() - begun, cpu: (user + system) / 1000 })
