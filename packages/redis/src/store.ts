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
import { Server } from './server.js'

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
  const deadline = checkTimeout(timeout)
  const server = new Server(recognise(client), keysOf(prefix), deadline)

  return {
    async create(session, { perSubject, replaces, publishFor, notAfter }) {
      const { tag, sid, data, idleTimeout, lifetime } = session
      const numbers = [idleTimeout, lifetime, perSubject, publishFor].map(String)
      const args = [sid, tag, data, ...numbers, replaces?.sid ?? '']
      const reply = await server.write(create, tag, args, notAfter)
      const [outcome, now, record, replaced, ...evicted] = reply
      return outcome === 'late'
        ? { outcome, now: Number(now) }
        : {
            outcome: 'created',
            now: Number(now),
            session: readRecord(session, record),
            replaced: replaced === 'replaced',
            evicted: evicted.map(each => ({ tag, sid: `${each}` })),
          }
    },

    async rotate(ref, { generation, recovery, publishFor, notAfter }) {
      const args = [ref.sid, ref.tag, ...[generation, recovery, publishFor, deadline].map(String)]
      const [outcome, now, record] = await server.write(rotate, ref.tag, args, notAfter)
      return record === undefined
        ? { outcome: outcome as 'late' | 'unknown', now: Number(now) }
        : { outcome: outcome as 'rotated', now: Number(now), session: readRecord(ref, record) }
    },

    async find(ref) {
      const [, , record] = await server.read(find, ref.tag, [ref.sid])
      return record === undefined ? undefined : readRecord(ref, record)
    },

    async list(tag) {
      const [, , ...entries] = await server.read(list, tag, [])
      return pairs(entries).map(([sid, record]) => readRecord({ tag, sid: `${sid}` }, record))
    },

    async delete({ tag, sid }, { publishFor, always }) {
      const [outcome] = await server.write(deleteOne, tag, [
        sid,
        tag,
        `${publishFor}`,
        always ? 'always' : '',
      ])
      return outcome === 'deleted'
    },

    async deleteAll(tag, { publishFor, except = '' }) {
      const [, , ...ended] = await server.write(deleteAll, tag, [tag, `${publishFor}`, except])
      return ended.map(sid => ({ tag, sid: `${sid}` }))
    },

    async revokedSince(cursor, how = {}) {
      const start = readCursor(cursor, server.feedsOfShard)
      return readFeeds(
        await server.readFeeds(revokedSince, how.shard ?? 0, writeArguments(start, how)),
        start,
      )
    },

    shards: server.shards,
    shardOf: tag => (server.shards === 1 ? 0 : bucketOf(tag)),
    onWarning: listener => server.onWarning(listener),
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
