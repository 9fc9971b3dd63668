import { memoryStore, type Store } from '@tokenratchet/core'

type Write = (store: Store) => Promise<unknown>

/**
 * A store that can forget its last writes though they were acknowledged, as a replica does that is promoted before
 * they reached it: it is built again from the writes that are left, each at its own time.
 */
export function lossyStore(now: () => number): {
  store: Store
  lose(writes: number): Promise<number>
  findAgain(): Promise<void>
} {
  let log: { time: number; write: Write }[] = []
  let lost: typeof log = []
  let replayed: number | undefined
  const fresh = (): Store => memoryStore({ now: () => replayed ?? now() })
  let inner = fresh()
  const rebuild = async (): Promise<void> => {
    inner = fresh()
    for (const { time, write } of log) {
      replayed = time
      // A login whose end came first, in this order, does not come back.
      await write(inner).catch(() => {})
    }
    replayed = undefined
  }
  const record = <T>(write: (store: Store) => Promise<T>): Promise<T> => {
    log.push({ time: now(), write })
    return write(inner)
  }
  return {
    store: {
      create: (session, rules) => record(store => store.create(session, rules)),
      rotate: (ref, step) => record(store => store.rotate(ref, step)),
      delete: (ref, how) => record(store => store.delete(ref, how)),
      deleteAll: (subjectHash, how) => record(store => store.deleteAll(subjectHash, how)),
      find: ref => inner.find(ref),
      list: subjectHash => inner.list(subjectHash),
      revokedSince: (cursor, how) => inner.revokedSince(cursor, how),
    },
    /** Never loses the first write: the login. Answers how many were lost. */
    async lose(writes) {
      const left = Math.max(1, log.length - writes)
      lost = log.slice(left)
      log = log.slice(0, left)
      await rebuild()
      return lost.length
    },
    /** What was lost last is there again, with what has been written since: the server with the data is back. */
    async findAgain() {
      log = [...log, ...lost].sort((one, other) => one.time - other.time)
      lost = []
      await rebuild()
    },
  }
}
