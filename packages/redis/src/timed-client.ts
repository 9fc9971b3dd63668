import type { StoreWarning } from '@tokenratchet/core'
import type { Client } from './client.js'
import { ServerClock } from './clock.js'
import { overtaken, tooLate } from './errors.js'
import { bucketOf, type Keys } from './keys.js'
import { newCall, type Reply, run, withinDeadline } from './run.js'
import { askTime } from './scripts/read.js'
import type { Script } from './scripts/script.js'
import { warningsOf } from './warnings.js'

/** Asks the server, or the nodes of a Cluster: with a deadline for each call, and a guess of what time it is there. */
export class TimedClient {
  readonly #client: Client
  readonly #keys: readonly Keys[]
  readonly #timeout: number
  /** By bucket: the nodes of a Cluster have clocks of their own. */
  readonly #clocks: readonly ServerClock[]
  #listeners: ((warning: StoreWarning) => void)[] = []

  constructor(client: Client, keys: readonly Keys[], timeout: number) {
    this.#client = client
    this.#keys = keys
    this.#timeout = timeout
    const one = new ServerClock()
    this.#clocks = keys.map(() => (client.isCluster ? new ServerClock() : one))
  }

  /** Runs a script that only reads. Its reply begins with an outcome and the time. */
  read(script: Script, subjectHash: string, args: readonly string[]): Promise<readonly Reply[]> {
    return withinDeadline(this.#timeout, givenUpAt => this.#send(script, subjectHash, args, givenUpAt))
  }

  /**
   * Runs a script that writes. Its last two arguments are times by the server's clock: when the caller gives up, and when it
   * asked. A command that was in a queue for too long does nothing and answers `late`: the user has gone on since.
   */
  write(script: Script, subjectHash: string, args: readonly string[]): Promise<readonly Reply[]> {
    return withinDeadline(this.#timeout, async givenUpAt => {
      const reply = await this.#sendInTime(script, subjectHash, args, givenUpAt)
      if (reply[0] !== 'late') {
        return reply
      }
      // Late for the server, but the caller still waits: the server's clock was moved, or our guess of its time lags, or
      // another refresh was faster. Nothing was written, and the reply has told the time, so it is asked for once more.
      const again = await this.#sendInTime(script, subjectHash, args, givenUpAt)
      if (again[0] === 'late') {
        throw overtaken()
      }
      return again
    })
  }

  /** How many shards the feed has: those of one server are read together, each of a Cluster where it is. */
  get shards(): number {
    return this.#client.isCluster ? this.#keys.length : 1
  }

  /** How many feeds a shard has. */
  get feedsOfShard(): number {
    return this.#keys.length / this.shards
  }

  /** Runs a script on the feeds of a shard. */
  readFeeds(script: Script, shard: number, args: readonly string[]): Promise<readonly Reply[]> {
    const keys = this.shards === 1 ? this.#keys : this.#keys.slice(shard, shard + 1)
    const feeds = keys.map(({ feed }) => feed)
    return withinDeadline(this.#timeout, givenUpAt => run(this.#client, script, feeds, args, givenUpAt))
  }

  onWarning(listener: (warning: StoreWarning) => void): void {
    this.#listeners.push(listener)
  }

  async #sendInTime(
    script: Script,
    subjectHash: string,
    args: readonly string[],
    givenUpAt: number,
  ): Promise<readonly Reply[]> {
    const clock = this.#clockOf(subjectHash)
    if (clock.now() === undefined) {
      // The first to be written there: without its time the command could not be told when it is too late.
      await this.#send(askTime, subjectHash, [], givenUpAt)
    }
    const left = givenUpAt - performance.now()
    if (left <= 0) {
      throw tooLate(this.#timeout)
    }
    const askedAt = clock.now() ?? 0
    const deadline = Math.floor(askedAt + left)
    return this.#send(script, subjectHash, [...args, `${deadline}`, `${askedAt}`], givenUpAt)
  }

  async #send(
    script: Script,
    subjectHash: string,
    args: readonly string[],
    givenUpAt: number,
  ): Promise<readonly Reply[]> {
    const { sessions, feed, window, receipt } = this.#keys[bucketOf(subjectHash)] as Keys
    const call = newCall()
    const keys = [sessions(subjectHash), feed, window, receipt(call)]
    const reply = await run(this.#client, script, keys, args, givenUpAt, call)
    this.#clockOf(subjectHash).tell(Number(reply[1]))
    this.#warn()
    return reply
  }

  #clockOf(subjectHash: string): ServerClock {
    return this.#clocks[bucketOf(subjectHash)] as ServerClock
  }

  /** Once, after the first answer. */
  #warn(): void {
    const listeners = this.#listeners
    if (listeners.length > 0) {
      this.#listeners = []
      const feeds = this.#keys.map(({ feed }) => feed)
      // Never rejects: not being allowed to ask is no error.
      void warningsOf(this.#client, this.#client.isCluster ? feeds : feeds.slice(0, 1)).then(warnings => {
        for (const warning of warnings) {
          for (const listener of listeners) {
            listener(warning)
          }
        }
      })
    }
  }
}
