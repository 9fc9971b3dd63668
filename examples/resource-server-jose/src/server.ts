import type { AddressInfo } from 'node:net'
import { buildServer } from './app.js'
import { readConfig } from './config.js'

try {
  const config = readConfig()
  const server = buildServer(config)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => server.close(() => process.exit(0)))
  }
  server.on('error', fail)
  server.listen(config.port, config.host, () => {
    const { port } = server.address() as AddressInfo
    const host = config.host.includes(':') ? `[${config.host}]` : config.host
    console.log(`listening on http://${host}:${port}`)
  })
} catch (error) {
  fail(error)
}

/** One line: what is wrong is in the configuration or the surroundings, not in the stack. */
function fail(error: unknown): void {
  console.error(String(error))
  process.exit(1)
}
