// A process with one contestant: says where it listens, makes credentials, and tells what it used.

import { Session } from 'node:inspector/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import process from 'node:process'

process.once('disconnect', () => process.exit())

const settings = JSON.parse(process.argv[2])
const { start } = await import(`./contestants/${settings.contestant}.mjs`)
const contestant = await start(settings)
const inspector = new Session()
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()

const answers = {
  credentials: ({ count, only }) => contestant.credentials(count, only),
  /** Since the last question. */
  usage() {
    const { user, system } = process.cpuUsage()
    const usage = { cpu: user + system, loopP99: delay.percentile(99) / 1e6 }
    delay.reset()
    return usage
  },
  async profile({ on }) {
    if (on) {
      inspector.connect()
      await inspector.post('Profiler.enable')
      await inspector.post('Profiler.setSamplingInterval', { interval: 200 })
      await inspector.post('Profiler.start')
      return {}
    }
    return inspector.post('Profiler.stop')
  },
}
process.on('message', async question => {
  try {
    process.send(await answers[question.want](question))
  } catch (error) {
    process.send({ error: error.stack })
  }
})
process.send({ port: contestant.port })
