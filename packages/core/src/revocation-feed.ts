import { type FeedOptions, FeedShard } from './feed-shard.js'
import type { Store } from './store/store.js'

interface Options extends Omit<FeedOptions, 'elapsed'> {
  /** Where the shards of the feed are. */
  readonly sharding: Pick<Store, 'shards' | 'shardOf'>
}

/**
 * What the other processes revoke. Each shard of the feed is read by itself: where one node of a Cluster is gone, those
 * who have their sessions on the others notice nothing.
 */
export class RevocationFeed {
  readonly #shards: readonly FeedShard[]
  readonly #shardOf: (tag: string) => number
  #loading: Promise<void> | undefined

  constructor({ sharding, ...options }: Options, elapsed: () => number = () => performance.now()) {
    const { shards = 1 } = sharding
    const shardOf = (tag: string): number => sharding.shardOf?.(tag) ?? 0
    this.#shardOf = shardOf
    this.#shards = Array.from(
      { length: shards },
      (_, shard) => new FeedShard({ ...options, elapsed }, shard, tag => shardOf(tag) === shard),
    )
    this.#loading = Promise.all(this.#shards.map(({ loading }) => loading)).then(() => {
      this.#loading = undefined
    })
  }

  /** The first reads, while they are under way. They end also when the store fails, and never reject. */
  get loading(): Promise<void> | undefined {
    return this.#loading
  }

  /**
   * Whether this process may have missed revocations of a subject of more than `maxStaleness` ago.
   *
   * @param tagOf of the subject: asked only where shards differ
   */
  isStale(tagOf: () => string): boolean {
    const stale = this.#shards.filter(({ isStale }) => isStale)
    if (stale.length === 0 || stale.length === this.#shards.length) {
      return stale.length > 0
    }
    return this.#shards[this.#shardOf(tagOf())]?.isStale ?? true
  }

  close(): void {
    for (const shard of this.#shards) {
      shard.close()
    }
  }
}
