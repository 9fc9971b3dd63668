// What a user, a laptop and a thief do in three days. It is drawn before any rule is asked, so it is the same for all.
import { between, exponential, logBetween, pick, random } from './random.mjs'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
export const horizon = 72 * hour

export const strategies = ['at once', 'right behind', 'waits', 'each minute', 'hoards']

const tabCounts = [1, 1, 1, 2, 2, 2, 3, 3, 5, 8]

/**
 * `steps`, in order of time: `burst` (a tab asks for `count` things at once) and `restart` (the browser crashes, and its
 * jar is again as it was at `back`). `sleeps`: from, to. `theft`: in some sessions.
 */
export function plan(seed, number, thiefShare) {
  const next = random(seed, number, 1)
  const tabs = pick(next, tabCounts)
  const steps = []
  const sleeps = []
  const allTabs = at => {
    for (let tab = 0; tab < tabs; tab++) {
      steps.push({
        at: at + between(next, 0, 2 * second),
        type: 'burst',
        tab,
        count: 1 + Math.floor(next() * 4),
      })
    }
  }
  const sleep = (from, length) => {
    sleeps.push({ from, to: from + length })
    allTabs(from + length)
    return from + length
  }

  let now = 0
  while (now < horizon) {
    const evening = (Math.floor(now / (24 * hour)) * 24 + between(next, 9, 12)) * hour
    while (now < evening) {
      const end = now + between(next, 10 * minute, 90 * minute)
      while (now < end) {
        now += exponential(next, 90 * second)
        const tab = next() < 0.6 ? 0 : Math.floor(next() * tabs)
        steps.push({ at: now, type: 'burst', tab, count: 1 + Math.floor(next() * 6) })
        if (next() < 0.01) {
          now = sleep(now, logBetween(next, 5 * second, 240 * second))
        }
      }
      if (next() < 0.1) {
        now += second
        steps.push({ at: now, type: 'restart', back: now - between(next, 0, 30 * second) })
        allTabs(now + 3 * second)
        now += 5 * second
      }
      const pause = logBetween(next, 3 * minute, 3 * hour)
      now = next() < 0.6 ? sleep(now, pause) : now + pause
    }
    now = sleep(now, between(next, 10, 13) * hour)
  }

  const asleep = sleepers(sleeps)
  for (let tab = 0; tab < tabs; tab++) {
    if (next() < 0.4) {
      const period = between(next, 30 * second, 300 * second)
      for (let at = between(next, 0, period); at < horizon; at += period) {
        if (asleep(at) === undefined) {
          steps.push({ at, type: 'burst', tab, count: 1 })
        }
      }
    }
  }
  steps.sort((one, other) => one.at - other.at)
  const thief = random(seed, number, 2)
  const theft =
    thief() < thiefShare
      ? {
          at: between(thief, 5 * minute, horizon / 2),
          strategy: strategies[number % strategies.length],
          wait: logBetween(thief, 10 * minute, 12 * hour),
        }
      : undefined
  // Some live in a tunnel.
  const badness = next() < 0.2 ? 5 : 1
  return { seed, number, tabs, steps, sleeps, theft, badness }
}

/** Answers the sleep that a moment falls into. Moments may be asked for in any order. */
export function sleepers(sleeps) {
  return at => {
    let low = 0
    let high = sleeps.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (sleeps[middle].to <= at) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    const found = sleeps[low]
    return found !== undefined && found.from <= at ? found : undefined
  }
}
