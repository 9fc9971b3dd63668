import { StoreUnavailableError } from '../errors.js'
import { maxSessionNumber } from '../store/limits.js'

/** The state that decides a rotation. Times are milliseconds of the store's clock. */
export interface Generations {
  readonly createdAt: number
  /** The newest generation issued. */
  readonly newest: number
  /** The first living successor of `parent`: `first..newest` are siblings. */
  readonly first: number
  /** The generation whose successors are alive; `undefined` before the first rotation. */
  readonly parent: number | undefined
  readonly recoverUntil: number
}

export type Decision =
  | { readonly outcome: 'rotated' | 'healed' | 'reissued'; readonly next: Generations }
  | { readonly outcome: 'reused' }

/**
 * The rule of rotation. A refresh token stays valid until one of its successors is used. The first successor that is
 * used wins. Every other token is then dead, and presenting a dead token ends the session.
 *
 * @param presented the generation of the refresh token presented
 * @param recovery seconds
 * @throws StoreUnavailableError if the next generation does not fit into a refresh token
 */
export function rotation(session: Generations, presented: number, recovery: number, now: number): Decision {
  const { newest, first, parent, recoverUntil } = session
  if (presented >= first) {
    // A generation above `newest`: the store lost an acknowledged write, as only this deployment can have signed that
    // token.
    const next = successor(session, Math.max(newest, presented), now)
    return {
      outcome: presented > newest ? 'healed' : 'rotated',
      next: { ...session, newest: next, first: next, parent: presented, recoverUntil: now + recovery * 1000 },
    }
  }
  if (presented === parent && now < recoverUntil) {
    // No successor was used: the response may have been lost, or another tab was faster. Issue one more sibling.
    return { outcome: 'reissued', next: { ...session, newest: successor(session, newest, now) } }
  }
  return { outcome: 'reused' }
}

/**
 * The next generation. It follows the clock, so that a number is not issued twice if a failover lost the write that
 * counted it.
 */
function successor({ createdAt }: Generations, newest: number, now: number): number {
  const next = Math.max(newest + 1, now - createdAt)
  if (next > maxSessionNumber) {
    throw new StoreUnavailableError({ cause: new Error('The next generation of a session exceeds 6 bytes') })
  }
  return next
}
