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

/** A store whose every answer has been checked. All its methods reject with `StoreUnavailableError` when it fails. */
export type CheckedStore = Omit<Store, 'onWarning' | 'shards' | 'shardOf'>

/** Makes the error of an outage out of its cause, and emits its event where there is somebody to tell. */
export type Outage = (cause: unknown) => StoreUnavailableError

/**
 * Asks a store, and checks what it answers: that it has the shape of the contract, and is about what was asked (rule 38).
 * Anything else is an outage.
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
 * Two steps. Whatever goes wrong in asking is the store's, and an outage (rule 26). In reading only an unusable answer
 * is: anything else is a bug of ours, and must be seen as one.
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
