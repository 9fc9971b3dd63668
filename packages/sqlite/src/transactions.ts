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

/** What a transaction returns to be repeated with the other durability: a pragma can't change inside a transaction. */
export const needsDecision: unique symbol = Symbol('needs decision')

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
   * @throws StoreUnavailableError if SQLite fails, or is locked for longer than the timeout
   */
  async write<T>(durability: Durability, run: () => T | typeof needsDecision): Promise<T> {
    const givenUpAt = performance.now() + this.#timeout
    for (let delay = 1; ; delay = Math.min(delay * 2, 32)) {
      try {
        const answer = this.#once(durability, run)
        return answer === needsDecision ? await this.write('decisions', run) : (answer as T)
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

  #once<T>(durability: Durability, run: () => T): T {
    const database = this.#database
    if (database.inTransaction ?? database.isTransaction) {
      throw faulty('the application has a transaction open on this database: call Tokenratchet outside of it')
    }
    const busyTimeout = numberIn(this.#busyTimeout.get())
    const synchronous = numberIn(this.#synchronous.get())
    const wanted = durabilities[durability]
    try {
      database.exec(`PRAGMA busy_timeout = 0; PRAGMA synchronous = ${wanted}; BEGIN IMMEDIATE`)
      return this.#commit(run)
    } finally {
      database.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA busy_timeout = ${busyTimeout}`)
    }
  }

  #commit<T>(run: () => T): T {
    let answer: T
    try {
      answer = run()
      if (answer !== needsDecision) {
        this.#database.exec('COMMIT')
        return answer
      }
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
    this.#database.exec('ROLLBACK')
    return answer
  }
}

function numberIn(row: unknown): number {
  return Number(Object.values(row as Record<string, unknown>)[0])
}
