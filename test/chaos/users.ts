// A simulated user: logs in, refreshes one exchange at a time, logs out, is robbed, and logs in again.
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, exchange, type World } from './asking.js'
import { mustBeDead } from './endings.js'
import { between } from './random.js'
import { copy, replay, type Used } from './thieves.js'

/** Of the steps of a user, how many are no refresh. */
const logouts = 0.006
const copies = 0.003
const replays = 0.003

interface Session {
  readonly sid: string
  readonly loggedInAt: number
  token: string
  exchanges: number
  /** The last token that was presented, and the last of which the successor was presented as well. */
  presented?: string
  used?: Used
}

export async function live(world: World, subject: string): Promise<void> {
  await sleep(between(world.random, 0, 300))
  while (!world.isEnding) {
    const login = await ask(world, tokens => tokens.issue({ subject }))
    if (login === 'stopped') {
      return
    }
    if (login === 'refused') {
      throw new Error('a log-in can not be refused')
    }
    world.counts.add('logins')
    const { refreshToken: token, sid } = login.value
    const session = { sid, token, loggedInAt: Date.now(), exchanges: 0 }
    await use(world, session)
    world.established.delete(session)
  }
}

/** Until the session has ended. */
async function use(world: World, session: Session): Promise<void> {
  while (!world.isEnding) {
    if (world.windows.open === undefined) {
      world.established.add(session)
    }
    await sleep(between(world.random, 0, 2 * world.pause))
    const dice = world.random()
    if (dice < logouts) {
      return logOut(world, session)
    }
    if (dice < logouts + copies) {
      return copy(world, session.token)
    }
    if (dice < logouts + copies + replays && session.used) {
      return replay(world, session.token, session.used)
    }
    const answer = await exchange(world, session.token)
    if (answer === 'stopped') {
      return
    }
    if (answer === 'refused') {
      return judge(world, session)
    }
    remember(session, answer.value)
  }
}

function remember(session: Session, next: string): void {
  if (session.presented !== undefined) {
    session.used = { token: session.presented, successorUsedAt: Date.now() }
  }
  session.presented = session.token
  session.token = next
  session.exchanges++
}

async function logOut(world: World, { token }: Session): Promise<void> {
  const answer = await ask(world, tokens => tokens.revoke({ token }))
  if (answer === 'stopped') {
    return
  }
  world.counts.add('logouts')
  // The user goes on meanwhile.
  world.seeThrough(mustBeDead(world, token, Date.now(), 'undoneLogouts'))
}

/** A refusal that nobody has asked for. A failover may lose a log-in that was acknowledged during the fault, no other. */
function judge(world: World, session: Session): void {
  const { counts, windows, established, report } = world
  const { sid, loggedInAt, exchanges } = session
  if (established.has(session)) {
    counts.add('falseLogouts')
    const age = ((Date.now() - loggedInAt) / 1000).toFixed(1)
    const kind = windows.open ?? 'no fault'
    report(`falseLogouts: after ${age} s and ${exchanges} refreshes, with ${kind}: ${world.diary.of(sid)}`)
  } else {
    counts.lose(windows.within(loggedInAt) ?? 'no fault')
  }
}
