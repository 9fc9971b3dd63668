import type { StoreWarning } from '@tokenratchet/core'
import type { Client } from './client.js'
import { ServerClock } from './clock.js'
import { bucketOf, type Keys } from './keys.js'
import { type Reply, run, withinDeadline } from './run.js'
import type { Script } from './scripts/script.js'
import { warningsOf } from './warnings.js'

/** Asks the server, or the nodes of a Cluster: with a deadline for each call, and a guess of what time it is there. */
export class Server {
  readonly #client: Client
  readonly #keys: readonly Keys[]
  readonly #timeout: number
  /** One for each bucket: the nodes of a Cluster have clocks of their own. */
  readonly #clocks: readonly ServerClock[]
  #listeners: ((warning: StoreWarning) => void)[] = []

  constructor(client: Client, keys: readonly Keys[], timeout: number) {
    this.#client = client
    this.#keys = keys
    this.#timeout = timeout
    this.#clocks = keys.map(() => new ServerClock())
  }

  /** Runs a script that changes nothing when it is sent twice, or late. Its reply begins with an outcome and the time. */
  ask(script: Script, tag: string, args: readonly string[]): Promise<readonly Reply[]> {
    return withinDeadline(this.#timeout, () => this.#send(script, tag, args))
  }

  /**
   * The same for a script that takes, as its last argument, the server's time at which we have given up: frozen in a
   * queue until then, it must not change what the user has gone on with since.
   *
   * @param notAfter the caller's own, if any
   */
  write(script: Script, tag: string, args: readonly string[], notAfter?: number): Promise<readonly Reply[]> {
    const start = performance.now()
    const clock = this.#clockOf(tag)
    return withinDeadline(this.#timeout, async () => {
      const send = (): Promise<readonly Reply[]> => {
        const left = this.#timeout - (performance.now() - start)
        const now = clock.now()
        const deadlines = [notAfter, now === undefined ? undefined : Math.floor(now + left)]
        const known = deadlines.filter(each => each !== undefined)
        return this.#send(script, tag, [...args, known.length === 0 ? '' : `${Math.min(...known)}`])
      }
      const reply = await send()
      // In time for us, and late over there: the server's clock was moved. Nothing was done, and now it is known.
      const moved = reply[0] === 'late' && (notAfter === undefined || Number(reply[1]) < notAfter)
      return moved ? send() : reply
    })
  }

  /** Runs a script on the feeds of all buckets: at once, or in a Cluster each where it is. */
  readFeeds(script: Script, args: readonly string[]): Promise<readonly (readonly Reply[])[]> {
    const feeds = this.#keys.map(({ feed }) => feed)
    return withinDeadline(this.#timeout, async () => {
      const replies = this.#client.isCluster
        ? (
            await Promise.all(
              feeds.map((feed, bucket) => run(this.#client, script, [feed], [args[bucket] ?? ''])),
            )
          ).flat()
        : await run(this.#client, script, feeds, args)
      return replies as readonly (readonly Reply[])[]
    })
  }

  onWarning(listener: (warning: StoreWarning) => void): void {
    this.#listeners.push(listener)
  }

  async #send(script: Script, tag: string, args: readonly string[]): Promise<readonly Reply[]> {
    const { sessions, feed, window } = this.#keys[bucketOf(tag)] as Keys
    const reply = (await run(this.#client, script, [sessions(tag), feed, window], args)) as readonly Reply[]
    this.#clockOf(tag).tell(Number(reply[1]))
    this.#warn()
    return reply
  }

  #clockOf(tag: string): ServerClock {
    return this.#clocks[bucketOf(tag)] as ServerClock
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
