import type { Store } from '../store/store.js'
import { type FeedOptions, FeedShard } from './feed-shard.js'

interface Options extends Omit<FeedOptions, 'elapsed'> {
  /** How the store divides its feed into shards. */
  readonly sharding: Pick<Store, 'shards' | 'shardOf'>
}

/**
 * Follows what other processes revoke. Each shard of the feed is read on its own: if one node of a Cluster is down,
 * users whose sessions are on other nodes are not affected.
 */
export class RevocationFeed {
  readonly #shards: readonly FeedShard[]
  readonly #shardOf: (subjectHash: string) => number
  #loading: Promise<void> | undefined

  constructor({ sharding, ...options }: Options, elapsed: () => number = () => performance.now()) {
    const { shards = 1 } = sharding
    const shardOf = (subjectHash: string): number => sharding.shardOf?.(subjectHash) ?? 0
    this.#shardOf = shardOf
    this.#shards = Array.from(
      { length: shards },
      (_, shard) =>
        new FeedShard({ ...options, elapsed }, shard, subjectHash => shardOf(subjectHash) === shard),
    )
    this.#loading = Promise.all(this.#shards.map(({ loading }) => loading)).then(() => {
      this.#loading = undefined
    })
  }

  /**
   * The first reads, as long as they are running; `undefined` afterwards. It also resolves when the store fails, and
   * never rejects.
   */
  get loading(): Promise<void> | undefined {
    return this.#loading
  }

  /**
   * Whether this process may have missed revocations of a subject that are older than `maxStaleness`.
   *
   * @param hashSubject returns the hash of the subject; called only if some shards are stale and others are not
   */
  isStale(hashSubject: () => string): boolean {
    const stale = this.#shards.filter(({ isStale }) => isStale)
    if (stale.length === 0 || stale.length === this.#shards.length) {
      return stale.length > 0
    }
    return this.#shards[this.#shardOf(hashSubject())]?.isStale ?? true
  }

  close(): void {
    for (const shard of this.#shards) {
      shard.close()
    }
  }
}
