import { checkMembers, type Store } from '@tokenratchet/core'
import { checkTimeout } from '@tokenratchet/core/store-kit'
import { type RedisClient, recognise } from './client.js'
import { readCursor, readFeeds, writeArguments } from './feed.js'
import { bucketOf, keysOf } from './keys.js'
import { readRecord } from './record.js'
import type { Reply } from './run.js'
import { create } from './scripts/create.js'
import { deleteAll, deleteOne } from './scripts/delete.js'
import { find, list, revokedSince } from './scripts/read.js'
import { rotate } from './scripts/rotate.js'
import { TimedClient } from './timed-client.js'

/**
 * The options of `redisStore`.
 *
 * @example
 * ```ts
 * const options: RedisStoreOptions = { prefix: 'my-app', timeout: 1000 }
 * ```
 */
export interface RedisStoreOptions {
  /**
   * The prefix of all keys, which applications that share a server need to keep apart. Each key begins with
   * `{<prefix>:<bucket>}`. 1 to 100 characters without braces and spaces. Default `tokenratchet`.
   *
   * @example 'my-app'
   */
  prefix?: string | undefined
  /**
   * Milliseconds after which a call fails with `StoreUnavailableError`, from 1 to 60,000. Default 2000.
   *
   * @example 1000
   */
  timeout?: number | undefined
}

/**
 * Creates a store that keeps sessions in Redis or Valkey, 6.2 or newer: one server, Sentinel or Cluster. Each decision
 * is one script on the keys of one slot. The client, of ioredis or node-redis, belongs to you. The store never
 * configures or closes it, so close it after the app.
 *
 * @throws TypeError if the client is not a client, or if an option is invalid
 * @example
 * ```ts
 * const redis = new Redis({ maxRetriesPerRequest: 1 })
 * await app.register(tokenratchet, { secret, store: redisStore(redis, { prefix: 'my-app' }) })
 * ```
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): Store {
  const members = checkMembers('options of redisStore', options, ['prefix', 'timeout'])
  const { prefix = 'tokenratchet', timeout = 2000 } = members
  const timed = new TimedClient(recognise(client), keysOf(prefix), checkTimeout(timeout))

  return {
    async create(session, { perSubject, replaces, keepFor }) {
      const { subjectHash, sid, data, idleTimeout, lifetime } = session
      const numbers = [idleTimeout, lifetime, perSubject, keepFor].map(String)
      const args = [sid, subjectHash, data, ...numbers, replaces?.sid ?? '']
      const [, now, record, replaced, ...evicted] = await timed.write(create, subjectHash, args)
      return {
        now: Number(now),
        session: readRecord(session, record),
        replaced: replaced === 'replaced',
        evicted: evicted.map(each => ({ subjectHash, sid: `${each}` })),
      }
    },

    async rotate(ref, { generation, recovery, keepFor }) {
      const args = [ref.sid, ref.subjectHash, ...[generation, recovery, keepFor].map(String)]
      const [outcome, now, record] = await timed.write(rotate, ref.subjectHash, args)
      return record === undefined
        ? { outcome: outcome as 'unknown', now: Number(now) }
        : { outcome: outcome as 'rotated', now: Number(now), session: readRecord(ref, record) }
    },

    async find(ref) {
      const [outcome, now, record] = await timed.read(find, ref.subjectHash, [ref.sid, ref.subjectHash])
      return {
        now: Number(now),
        session: record === undefined ? undefined : readRecord(ref, record),
        announced: outcome === 'revoked' || outcome === 'evicted' ? outcome : undefined,
      }
    },

    async list(subjectHash) {
      const [, , ...entries] = await timed.read(list, subjectHash, [])
      return pairs(entries).map(([sid, record]) => readRecord({ subjectHash, sid: `${sid}` }, record))
    },

    async delete({ subjectHash, sid }, { keepFor, always }) {
      const [outcome] = await timed.write(deleteOne, subjectHash, [
        sid,
        subjectHash,
        `${keepFor}`,
        always ? 'always' : '',
      ])
      return outcome === 'deleted'
    },

    async deleteAll(subjectHash, { keepFor, except = '' }) {
      const [, , ...ended] = await timed.write(deleteAll, subjectHash, [subjectHash, `${keepFor}`, except])
      return ended.map(sid => ({ subjectHash, sid: `${sid}` }))
    },

    async revokedSince(cursor, how = {}) {
      const start = readCursor(cursor, timed.feedsOfShard)
      return readFeeds(await timed.readFeeds(revokedSince, how.shard ?? 0, writeArguments(start, how)), start)
    },

    shards: timed.shards,
    shardOf: subjectHash => (timed.shards === 1 ? 0 : bucketOf(subjectHash)),
    onWarning: listener => timed.onWarning(listener),
  }
}

function pairs(entries: readonly Reply[]): [Reply, Reply][] {
  return Array.from({ length: entries.length / 2 }, (_, index) => [
    entries[2 * index] as Reply,
    entries[2 * index + 1] as Reply,
  ])
}
