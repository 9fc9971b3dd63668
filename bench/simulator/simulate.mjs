// Many sessions, each lived once under each rule.
import { horizon, plan, strategies } from './plan.mjs'
import { rules } from './rules.mjs'
import { networks, World } from './world.mjs'

export const clients = {
  plain: { title: 'refreshes on a 401', ifStale: false, singleFlight: true, network: networks.slow },
  ifStale: { title: 'the same with `if_stale`', ifStale: true, singleFlight: true, network: networks.slow },
  naive: { title: 'each request refreshes', ifStale: false, singleFlight: false, network: networks.slow },
  naiveIfStale: {
    title: 'the same with `if_stale`',
    ifStale: true,
    singleFlight: false,
    network: networks.slow,
  },
  absurd: {
    title: '`if_stale`, answers up to 20 min late',
    ifStale: true,
    singleFlight: true,
    network: networks.absurd,
  },
}

const clockStart = Date.UTC(2026, 0, 1)

/** @returns what came out, by the names of rule and client */
export async function simulate({ seed, sessions, thiefShare, ruleNames, clientNames }) {
  const tallies = []
  for (const rule of ruleNames) {
    for (const client of clientNames) {
      tallies.push({ rule, client, server: rules[rule].create(), ...empty() })
    }
  }
  for (let number = 0; number < sessions; number++) {
    const history = plan(seed, number, thiefShare)
    // One clock that never goes back, for a store drops what has expired by it.
    const start = clockStart + number * horizon
    for (const tally of tallies) {
      add(tally, await new World(history, tally.server, clients[tally.client], start).live())
    }
  }
  for (const { server } of tallies) {
    await server.close()
  }
  return tallies.map(({ server, ...numbers }) => numbers)
}

function empty() {
  const none = () => Object.fromEntries(strategies.map(strategy => [strategy, 0]))
  return {
    refreshes: 0,
    falseLogouts: 0,
    thieves: none(),
    unseen: none(),
    followed: none(),
    accessMinutes: none(),
  }
}

function add(tally, { refreshes, falseLogouts, thief }) {
  tally.refreshes += refreshes
  tally.falseLogouts += falseLogouts
  if (thief?.isJudged) {
    tally.thieves[thief.strategy]++
    tally.unseen[thief.strategy] += thief.unseen ? 1 : 0
    tally.followed[thief.strategy] += thief.followed ? 1 : 0
    tally.accessMinutes[thief.strategy] += thief.access / 60_000
  }
}
