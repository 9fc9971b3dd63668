// What thieves do with a stolen refresh token, and what must come of it.
import { exchange, type World } from './asking.js'
import { mustBeDead } from './endings.js'

/** A token whose successor was used, and when that was acknowledged. */
export interface Used {
  readonly token: string
  readonly successorUsedAt: number
}

/**
 * A thief replays a token that was used: that ends the session. Only if a failover has lost the use, the store can't
 * know; then thief and owner have a line of tokens each, of which one must die.
 *
 * @param held the owner's token
 */
export async function replay(world: World, held: string, used: Used): Promise<void> {
  world.counts.add('replays')
  const answer = await exchange(world, used.token)
  if (answer === 'stopped') {
    return
  }
  if (answer === 'refused') {
    await mustBeDead(world, held, Date.now(), 'missedReuses')
  } else if (world.windows.within(used.successorUsedAt) === undefined) {
    missed(world, 'a token whose successor was used has been answered')
  } else {
    await duel(world, held, answer.value)
  }
}

/** A thief uses a copy of the owner's token at the same time. Both get a successor, and the second use of one ends it. */
export async function copy(world: World, held: string): Promise<void> {
  world.counts.add('copies')
  const [owner, thief] = await Promise.all([exchange(world, held), exchange(world, held)])
  if (owner === 'stopped' || thief === 'stopped') {
    return
  }
  // A failover may have lost the session; what is left of it for one of them is his.
  if (owner !== 'refused' && thief !== 'refused') {
    await (world.random() < 0.5
      ? duel(world, owner.value, thief.value)
      : duel(world, thief.value, owner.value))
  }
}

/** Two lines of one session take turns. When both are answered twice, after each other, the session has two lives. */
async function duel(world: World, first: string, second: string): Promise<void> {
  const lines = [first, second]
  let since = Date.now()
  for (let turn = 0; turn < 4; turn++) {
    const answer = await exchange(world, lines[turn % 2] as string)
    if (answer === 'stopped') {
      return
    }
    if (answer === 'refused') {
      return mustBeDead(world, lines[(turn + 1) % 2] as string, Date.now(), 'missedReuses')
    }
    lines[turn % 2] = answer.value
    if (turn > 0 && world.windows.within(since) === undefined) {
      return missed(world, 'both lines of a session were answered, with no fault between')
    }
    since = Date.now()
  }
  world.counts.add('doubleLives')
  world.report('doubleLives: both lines of a session were answered, and answered again')
}

function missed(world: World, text: string): void {
  world.counts.add('missedReuses')
  world.report(`missedReuses: ${text}`)
}
