// Starts the demo: `node dist/server.js [--fastify | --express] [--verbose]`.

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Framework, readConfig } from './config.js'
import { createDemo, type Demo } from './demo.js'

export interface App {
  server: Server
  listen(address: { host: string; port: number }): Promise<void>
  /** Resolves after the last response. */
  close(): Promise<void>
}

/** Only the framework that you choose is loaded. */
const frameworks: Record<Framework, (demo: Demo) => Promise<App>> = {
  fastify: async demo => (await import('./fastify.js')).onFastify(demo),
  express: async demo => (await import('./express.js')).onExpress(demo),
}

try {
  const config = readConfig(process.argv.slice(2))
  const app = await frameworks[config.framework](createDemo(config))
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
  console.log(`
The demo runs on ${config.framework === 'fastify' ? 'Fastify' : 'Express'}. Open the address in a browser, and try this:
  1. Sign up with any email and a password of 8 characters. Nothing is sent.
  2. Open a second tab: both tabs are signed in. Log out in one, and the other follows.
  3. Be a thief: copy your own cookies, and see how the server notices.
Stop it with Ctrl+C. It keeps users and sessions in memory, so a restart forgets them.${
    config.logLevel === 'warn' ? ' Set LOG_LEVEL=info to see every request.' : ''
  }`)
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
