// Many sessions, soon: records as the store writes them, of which one was made by a login.

import { randomBytes } from 'node:crypto'
import { createTokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { each, secret, subject } from './contestants/common.mjs'
import { connect } from './redis-server.mjs'

const batch = 1000

/** Of which `Firefox on Linux` is stored. */
const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'

/**
 * @param active sessions that are made by logins, each of a user who has no other
 * @param perUser sessions of each other user; one is the dearest
 * @returns the tokens of those, and what all take in the server's memory
 */
export async function fill(path, count, active, perUser = 1) {
  const redis = connect(path)
  const tokens = createTokens({ secret, store: redisStore(redis) })
  await tokens.ready()
  const empty = await usedMemory(redis)
  const login = async index => {
    const grant = { subject: subject(index), claims: { role: 'member' }, userAgent, ip: '203.0.113.195' }
    // Used once: the record of a session that was never refreshed is shorter.
    return (await tokens.refresh((await tokens.issue(grant)).refreshToken)).refreshToken
  }
  const refreshTokens = await each(Math.min(active, count), login)
  await copy(redis, count - refreshTokens.length, perUser)
  const bytes = (await usedMemory(redis)) - empty
  await tokens.close()
  redis.disconnect()
  return { refreshTokens, bytesEach: bytes / count }
}

/** Users who are nobody, but as long as others. */
async function copy(redis, count, perUser) {
  const [key] = await keysOf(redis)
  const [record] = await redis.hvals(key)
  const left = await redis.pttl(key)
  const bucket = /^\{(.*):.\}:s:/.exec(key)
  for (let done = 0; done < count; done += batch) {
    const pipeline = redis.pipeline()
    for (let index = done; index < Math.min(count, done + batch); index += perUser) {
      const subjectHash = randomBytes(16)
      const digit = (subjectHash[0] >> 4).toString(16)
      const name = `{${bucket[1]}:${digit}}:s:${subjectHash.toString('base64url')}`
      for (let session = 0; session < perUser; session++) {
        pipeline.hset(name, randomBytes(16).toString('base64url'), record)
      }
      pipeline.pexpire(name, left)
    }
    await pipeline.exec()
  }
}

/** Of sessions: by a cursor until there is one. */
async function keysOf(redis) {
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', '*:s:*', 'COUNT', 100)
    if (keys.length > 0) {
      return keys
    }
    cursor = next
  } while (cursor !== '0')
  throw new Error('no session')
}

export async function usedMemory(redis) {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))[1])
}
