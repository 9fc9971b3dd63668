import type { AddressInfo } from 'node:net'
import { buildApp } from './app.js'
import { readConfig } from './config.js'

try {
  const config = readConfig()
  if (!config.hasSecret) {
    console.warn('TOKEN_SECRET is not set: this run uses a random one, so a restart logs everybody out.')
  }
  const app = await buildApp(config)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Open requests may finish, for five seconds. A second signal ends the process at once.
    process.once(signal, () => {
      app.close().then(() => process.exit(0), fail)
      setInterval(() => app.server.closeIdleConnections(), 50)
      setTimeout(() => app.server.closeAllConnections(), 5000)
    })
  }
  await app.listen({ host: config.host, port: config.port })
  const { port } = app.server.address() as AddressInfo
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  console.log(`listening on http://${host}:${port}`)
} catch (error) {
  fail(error)
}

/** One line: the cause is in the configuration or the surroundings, so a stack would not help. */
function fail(error: unknown): void {
  const { code, port } = error as { code?: string; port?: number }
  const isTaken = code === 'EADDRINUSE' && port !== undefined
  console.error(isTaken ? `Port ${port} is taken. Set PORT=${port + 1} or another free port.` : String(error))
  process.exit(1)
}
