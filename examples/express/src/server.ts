import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { buildApp } from './app.js'
import { readConfig } from './config.js'

/** Of a stop, for requests that are open. */
const secondsToFinish = 5

try {
  const { values } = parseArgs({ options: { demo: { type: 'boolean' } } })
  const config = readConfig(values.demo)
  if (config.temporarySecret) {
    console.warn(
      'TOKEN_SECRET is not set, so this run uses a random one: a restart logs everybody out, ' +
        'and several processes do not accept each other’s tokens.',
    )
  }
  if (config.demo) {
    console.warn('--demo: the page can play a thief, by routes under /demo.')
  }
  const app = await buildApp(config, true)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Once: a second signal ends the process without waiting for open requests.
    process.once(signal, () => {
      app.close().then(() => process.exit(0), fail)
      // A connection that sends nothing, as browsers open them in advance, would hold the process.
      setTimeout(() => app.server.closeAllConnections(), secondsToFinish * 1000).unref()
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
