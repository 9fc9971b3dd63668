import type { StoreUnavailableError } from '../errors.js'
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
import type { Creation, Rotation, Store } from './store.js'

/** A store whose every answer has been checked. All its methods reject with `StoreUnavailableError` when it fails. */
export interface CheckedStore extends Omit<Store, 'create' | 'rotate' | 'onWarning' | 'shards' | 'shardOf'> {
  create(...asked: Parameters<Store['create']>): Promise<InTime<Creation>>
  rotate(...asked: Parameters<Store['rotate']>): Promise<InTime<Rotation>>
}

/** Without the outcome of a command that ran too late. */
export type InTime<T> = Exclude<T, { readonly outcome: 'late' }>

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
        answer => inTime(readCreation(answer, session, rules)),
      ),
    rotate: (ref, step) =>
      ask(
        { method: 'rotate', outage },
        () => store.rotate(ref, step),
        answer => inTime(readRotation(answer, ref, step.generation)),
      ),
    find: ref =>
      ask(
        { method: 'find', outage },
        () => store.find(ref),
        answer => readFound(answer, ref),
      ),
    list: tag =>
      ask(
        { method: 'list', outage },
        () => store.list(tag),
        answer => readList(answer, tag),
      ),
    delete: (ref, how) => ask({ method: 'delete', outage }, () => store.delete(ref, how), readDeletion),
    deleteAll: (tag, how) =>
      ask(
        { method: 'deleteAll', outage },
        () => store.deleteAll(tag, how),
        answer => readDeletions(answer, tag, how.except),
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

/** A command that ran too late decided nothing. */
function inTime<T extends { readonly outcome: string }>(answer: T): InTime<T> {
  if (answer.outcome === 'late') {
    throw new UnusableAnswer('it ran after the caller had given up, and did nothing')
  }
  return answer as InTime<T>
}
