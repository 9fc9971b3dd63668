import type { StoreUnavailableError } from '../../errors.js'
import type { Store } from '../store.js'
import {
  readCreation,
  readDeletion,
  readDeletions,
  readFound,
  readList,
  readRevoked,
  readRotation,
} from './answers.js'
import { UnusableAnswer } from './shapes.js'

/** A store whose answers are all checked. Every method rejects with `StoreUnavailableError` if the store fails. */
export type CheckedStore = Omit<Store, 'onWarning' | 'shards' | 'shardOf'>

/**
 * Makes a `StoreUnavailableError` from the cause of an outage. The one that is used for requests also emits an event.
 */
export type Outage = (cause: unknown) => StoreUnavailableError

/**
 * Wraps a store so that each answer is checked: it must have the shape of the contract and be about what was asked
 * (rule 38). Any other answer is an outage.
 */
export function checkedStore(store: Store, outage: Outage): CheckedStore {
  return {
    create: (session, rules) =>
      ask(
        { method: 'create', outage },
        () => store.create(session, rules),
        answer => readCreation(answer, session, rules),
      ),
    rotate: (ref, step) =>
      ask(
        { method: 'rotate', outage },
        () => store.rotate(ref, step),
        answer => readRotation(answer, ref, step.generation),
      ),
    find: ref =>
      ask(
        { method: 'find', outage },
        () => store.find(ref),
        answer => readFound(answer, ref),
      ),
    list: subjectHash =>
      ask(
        { method: 'list', outage },
        () => store.list(subjectHash),
        answer => readList(answer, subjectHash),
      ),
    delete: (ref, how) => ask({ method: 'delete', outage }, () => store.delete(ref, how), readDeletion),
    deleteAll: (subjectHash, how) =>
      ask(
        { method: 'deleteAll', outage },
        () => store.deleteAll(subjectHash, how),
        answer => readDeletions(answer, subjectHash, how.except),
      ),
    revokedSince: (cursor, how) =>
      ask(
        { method: 'revokedSince', outage },
        () => store.revokedSince(cursor, how),
        answer => readRevoked(answer, cursor),
      ),
  }
}

/**
 * Calls the store, then reads its answer. Any error of the call is an outage of the store (rule 26). While reading,
 * only an unusable answer is an outage. Any other error is a bug of ours and must be seen as one.
 */
async function ask<T>(
  { method, outage }: { method: string; outage: Outage },
  question: () => Promise<unknown>,
  read: (answer: unknown) => T,
): Promise<T> {
  let answer: unknown
  try {
    answer = await question()
  } catch (cause) {
    throw outage(cause)
  }
  try {
    return read(answer)
  } catch (error) {
    throw error instanceof UnusableAnswer
      ? outage(new Error(`The answer of the store's ${method}() is unusable: ${error.message}`))
      : error
  }
}
