import { checkMembers, type Store } from '@tokenratchet/core'
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

/** What `redisStore` takes beside the client. */
export interface RedisStoreOptions {
  /** What all keys begin with, in braces. Default `tokenratchet`. */
  prefix?: string | undefined
  /** Milliseconds that a call may take before it fails. Default 2000. */
  timeout?: number | undefined
}

/**
 * Sessions on Redis or Valkey, 6.2 or newer: one server, Sentinel or Cluster. Each decision is one script on the keys
 * of one slot. The client is the caller's, of ioredis or node-redis: it is never configured nor closed.
 *
 * @throws TypeError for anything but a client, and for an option that is invalid
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

function checkTimeout(timeout: unknown): number {
  if (!Number.isSafeInteger(timeout) || Number(timeout) < 1 || Number(timeout) > 60_000) {
    throw new TypeError('timeout must be whole milliseconds, from 1 to 60,000')
  }
  return timeout as number
}

function pairs(entries: readonly Reply[]): [Reply, Reply][] {
  return Array.from({ length: entries.length / 2 }, (_, index) => [
    entries[2 * index] as Reply,
    entries[2 * index + 1] as Reply,
  ])
}
