import { setTimeout as sleep } from 'node:timers/promises'
import type { Link } from '../link.js'
import { between, type Random } from '../random.js'

/** Answers get lost with their connection; then others come late, by less or more than their callers wait. */
export async function troubleReplies(links: readonly Link[], random: Random): Promise<void> {
  for (const link of links) {
    link.lossRate = 0.005
  }
  await sleep(2000)
  for (const link of links) {
    link.lossRate = 0
    link.lateRate = 0.002
    link.lateness = between(random, 200, 2500)
  }
  await sleep(2000)
  for (const link of links) {
    link.lateRate = 0
  }
}
