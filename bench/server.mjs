// A process with one contestant: says where it listens, makes credentials, and tells what it used.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import process from 'node:process'
import { profile } from './profiling.mjs'
import { answering } from './questions.mjs'

const settings = JSON.parse(process.argv[2])
const { start } = await import(`./contestants/${settings.contestant}.mjs`)
const contestant = await start(settings)
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
  profile,
}
answering(answers)
process.send({ port: contestant.port })
