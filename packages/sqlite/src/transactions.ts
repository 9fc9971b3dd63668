import { setTimeout as sleep } from 'node:timers/promises'
import type { SqliteDatabase, SqliteStatement } from './database.js'
import { faulty, isBusy, unavailable } from './errors.js'

/** SQLite's numbers for `PRAGMA synchronous`. */
const durabilities = { rotations: 1, decisions: 2 } as const

/**
 * How safe a commit must be. `decisions` survive a power failure (FULL): logins, deletions and announcements. A rotation
 * may be lost with the power (NORMAL), because the next refresh heals it.
 */
export type Durability = keyof typeof durabilities

/**
 * Runs transactions on a database that the application uses too. A transaction runs in one synchronous go, so nothing of
 * the application comes between. It never waits inside SQLite, which would block the event loop: if another connection
 * writes, it tries again a little later. The settings of the connection are put back each time.
 */
export class Transactions {
  readonly #database: SqliteDatabase
  readonly #timeout: number
  readonly #busyTimeout: SqliteStatement
  readonly #synchronous: SqliteStatement

  constructor(database: SqliteDatabase, timeout: number) {
    this.#database = database
    this.#timeout = timeout
    this.#busyTimeout = database.prepare('PRAGMA busy_timeout')
    this.#synchronous = database.prepare('PRAGMA synchronous')
  }

  /**
   * @param run what happens in the transaction. It must be synchronous
   * @param isDecision whether an answer needs the durability of a decision after all. It is known only inside the
   *   transaction, where the durability can't change: the transaction is then rolled back and repeated
   * @throws StoreUnavailableError if SQLite fails, or is locked for longer than the timeout
   */
  async write<T>(
    durability: Durability,
    run: () => T,
    isDecision: (answer: T) => boolean = () => false,
  ): Promise<T> {
    const givenUpAt = performance.now() + this.#timeout
    let needed = durability
    for (let delay = 1; ; delay = Math.min(delay * 2, 32)) {
      try {
        const isEnough = (answer: T) => needed === 'decisions' || !isDecision(answer)
        const { answer, isCommitted } = this.#once(needed, run, isEnough)
        if (isCommitted) {
          return answer
        }
        needed = 'decisions'
        continue
      } catch (error) {
        if (!isBusy(error)) {
          throw unavailable(error)
        }
      }
      if (performance.now() + delay > givenUpAt) {
        throw faulty(`another connection has locked the database for ${this.#timeout} ms`)
      }
      await sleep(delay * (0.5 + Math.random()))
    }
  }

  #once<T>(durability: Durability, run: () => T, isEnough: (answer: T) => boolean): Outcome<T> {
    const database = this.#database
    if (database.inTransaction ?? database.isTransaction) {
      throw faulty('the application has a transaction open on this database: call Tokenratchet outside of it')
    }
    const busyTimeout = numberIn(this.#busyTimeout.get())
    const synchronous = numberIn(this.#synchronous.get())
    const wanted = durabilities[durability]
    try {
      database.exec(`PRAGMA busy_timeout = 0; PRAGMA synchronous = ${wanted}; BEGIN IMMEDIATE`)
      return this.#commit(run, isEnough)
    } finally {
      database.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA busy_timeout = ${busyTimeout}`)
    }
  }

  #commit<T>(run: () => T, isEnough: (answer: T) => boolean): Outcome<T> {
    try {
      const answer = run()
      const isCommitted = isEnough(answer)
      this.#database.exec(isCommitted ? 'COMMIT' : 'ROLLBACK')
      return { answer, isCommitted }
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }
}

interface Outcome<T> {
  readonly answer: T
  readonly isCommitted: boolean
}

function numberIn(row: unknown): number {
  return Number(Object.values(row as Record<string, unknown>)[0])
}
