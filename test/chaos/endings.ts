// A session that was ended must be dead. What a failover has lost of that must heal.
import { setTimeout as sleep } from 'node:timers/promises'
import { exchange, type World } from './asking.js'
import type { Name } from './counts.js'
import { between } from './random.js'

/**
 * Presents a token of a session that was ended, until it is refused.
 *
 * @param since when the ending was acknowledged
 * @param broken what it is when the session lives on: without a fault since then, or for longer than healing takes
 */
export async function mustBeDead(world: World, token: string, since: number, broken: Name): Promise<void> {
  await sleep(between(world.random, 0, 3000))
  let held = token
  while (!world.isOver) {
    const asked = Date.now()
    const answer = await exchange(world, held)
    if (answer === 'refused') {
      return
    }
    if (answer === 'stopped') {
      break
    }
    held = answer.value
    const fault = world.windows.within(since)
    const quiet = asked - Math.max(since, world.windows.lastEnd)
    if (fault === undefined || (world.windows.open === undefined && quiet > world.healing * 1000)) {
      world.counts.add(broken)
      const after = `${((asked - since) / 1000).toFixed(1)} s after its end`
      world.report(
        `${broken}: a session lives ${after}, ${fault ? `with ${fault} since` : 'with no fault since'}`,
      )
      return
    }
    await sleep(300)
  }
  world.counts.add('open')
}
