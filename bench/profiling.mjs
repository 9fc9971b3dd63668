// A CPU profile of the process that imports this.

import { Session } from 'node:inspector/promises'

const inspector = new Session()

/** Starts a profile, or ends it and resolves to `{ profile }`. */
export async function profile({ on }) {
  if (on) {
    inspector.connect()
    await inspector.post('Profiler.enable')
    await inspector.post('Profiler.setSamplingInterval', { interval: 200 })
    await inspector.post('Profiler.start')
    return {}
  }
  return inspector.post('Profiler.stop')
}
