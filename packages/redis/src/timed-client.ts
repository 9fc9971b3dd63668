import type { StoreWarning } from '@tokenratchet/core'
import type { Client } from './client.js'
import { ServerClock } from './clock.js'
import { overtaken, tooLate } from './errors.js'
import { bucketOf, type Keys } from './keys.js'
import { newCall, type Reply, run, withinDeadline } from './run.js'
import { askTime } from './scripts/read.js'
import type { Script } from './scripts/script.js'
import { warningsOf } from './warnings.js'

/**
 * Sends scripts to one server or to the nodes of a Cluster, with a deadline for each call and an estimate of their
 * time.
 */
export class TimedClient {
  readonly #client: Client
  readonly #keys: readonly Keys[]
  readonly #timeout: number
  /** One clock for each bucket, because each node of a Cluster has its own clock. A single server has one for all. */
  readonly #clocks: readonly ServerClock[]
  #listeners: ((warning: StoreWarning) => void)[] = []

  constructor(client: Client, keys: readonly Keys[], timeout: number) {
    this.#client = client
    this.#keys = keys
    this.#timeout = timeout
    const one = new ServerClock()
    this.#clocks = keys.map(() => (client.isCluster ? new ServerClock() : one))
  }

  /** Runs a script that only reads. Its reply must begin with an outcome and the time. */
  read(script: Script, subjectHash: string, args: readonly string[]): Promise<readonly Reply[]> {
    return withinDeadline(this.#timeout, givenUpAt => this.#send(script, subjectHash, args, givenUpAt))
  }

  /**
   * Runs a script that writes. Two arguments are added, both times by the server's clock: when the caller gives up, and
   * when it asked. A command that was queued for too long does nothing and returns `late`, because the user has gone on
   * since.
   */
  write(script: Script, subjectHash: string, args: readonly string[]): Promise<readonly Reply[]> {
    return withinDeadline(this.#timeout, async givenUpAt => {
      const reply = await this.#sendInTime(script, subjectHash, args, givenUpAt)
      if (reply[0] !== 'late') {
        return reply
      }
      // The server says that the command was late, but the caller still waits. The server's clock was moved, our
      // estimate of its time lags, or another refresh was faster. Nothing was written and we now know the time: retry
      // once.
      const again = await this.#sendInTime(script, subjectHash, args, givenUpAt)
      if (again[0] === 'late') {
        throw overtaken()
      }
      return again
    })
  }

  /** How many shards the feed has: one if a single server has all buckets, otherwise one for each bucket. */
  get shards(): number {
    return this.#client.isCluster ? this.#keys.length : 1
  }

  /** How many feeds a shard consists of. */
  get feedsOfShard(): number {
    return this.#keys.length / this.shards
  }

  /** Runs a script on the feeds of one shard. */
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
      // This is the first write there. Without the server's time we could not set the deadline of the command.
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

  /** Checks the settings once, after the first reply, and passes the warnings to the listeners. */
  #warn(): void {
    const listeners = this.#listeners
    if (listeners.length > 0) {
      this.#listeners = []
      const feeds = this.#keys.map(({ feed }) => feed)
      // This never rejects: it is not an error if the user may not ask for the settings.
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
