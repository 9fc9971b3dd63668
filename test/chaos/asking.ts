// How a simulated client asks: again with the same token after a 503, as often as it takes, of any process.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Tokens } from '@tokenratchet/core'
import type { Counts } from './counts.js'
import type { Diary } from './diary.js'
import { between, pick, type Random } from './random.js'
import type { Windows } from './windows.js'

export interface World {
  readonly instances: readonly Tokens[]
  readonly windows: Windows
  readonly counts: Counts
  readonly random: Random
  /** Seconds until an ended session must be dead, whatever was lost. */
  readonly healing: number
  /** Milliseconds between two exchanges of a user, on average. */
  readonly pause: number
  /** Sessions of which something was acknowledged while all was well: these, no failover may end. */
  readonly established: Set<object>
  /** What was decided about each session lately. */
  readonly diary: Diary
  /** Nothing new is begun; what has begun is seen through. */
  isEnding: boolean
  /** Nothing is seen through any more either. */
  isOver: boolean
  /** Waits for this before the run ends. */
  seeThrough(work: Promise<void>): void
  /** Tells the operator what broke. */
  report(text: string): void
}

/** Milliseconds after which a call that has not ended hangs: the store has given up long before. */
const hanging = 10_000

/** The answer, or that the token is refused; `stopped` when the run ended before there was any. */
export type Answer<T> = { value: T } | 'refused' | 'stopped'

export async function ask<T>(world: World, call: (tokens: Tokens) => Promise<T>): Promise<Answer<T>> {
  const { counts, windows, random } = world
  const start = Date.now()
  while (!world.isOver) {
    const kind = windows.open
    try {
      const value = await watched(world, call(pick(random, world.instances)))
      // A wait that began with one fault and ended after it belongs to the fault.
      const blamed = kind ?? windows.within(start)
      if (blamed !== undefined) {
        counts.waited(blamed, Date.now() - start)
      }
      return { value }
    } catch (error) {
      const { code } = error as { code?: string }
      if (code === 'ERR_INVALID_GRANT') {
        return 'refused'
      }
      if (code === 'ERR_STORE_UNAVAILABLE') {
        counts.add('outages')
      } else {
        counts.add('otherErrors')
        world.report(`another error: ${error instanceof Error ? error.stack : error}`)
      }
      await sleep(between(random, 30, 150))
    }
  }
  return 'stopped'
}

/** A refresh, counted. */
export async function exchange(world: World, token: string): Promise<Answer<string>> {
  const answer = await ask(world, tokens => tokens.refresh(token))
  if (answer === 'stopped' || answer === 'refused') {
    return answer
  }
  world.counts.add('refreshes')
  world.counts.add('faulted', world.windows.open === undefined ? 0 : 1)
  return { value: answer.value.refreshToken }
}

async function watched<T>(world: World, call: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    // A process that was held up itself has missed the answer's time, not the answer.
    setImmediate(() => {
      if (!isDone) {
        world.counts.add('hangs')
        world.report(`a call has not ended after ${hanging} ms`)
      }
    })
  }, hanging)
  let isDone = false
  try {
    return await call
  } finally {
    isDone = true
    clearTimeout(timer)
  }
}
