import type { AddressInfo } from 'node:net'
import { buildApp } from './app.js'
import { readConfig } from './config.js'

try {
  const config = readConfig()
  const app = await buildApp(config, true)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      app.close().then(() => process.exit(0), fail)
    })
  }
  await app.listen({ host: config.host, port: config.port })
  const { port } = app.server.address() as AddressInfo
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  console.log(`listening on http://${host}:${port}`)
} catch (error) {
  fail(error)
}

/** One line: what is wrong is in the configuration or the surroundings, not in the stack. */
function fail(error: unknown): void {
  console.error(String(error))
  process.exit(1)
}
