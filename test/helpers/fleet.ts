// Processes of the example apps, one of each framework, on one Redis, each behind a proxy of its own.
import { setTimeout as sleep } from 'node:timers/promises'
import type t from 'tap'
import { Browser, type Server, start } from './example.js'
import { type LossyProxy, startProxy } from './proxy.js'
import { type RedisServer, startRedis } from './redis.js'

export interface Fleet {
  redis: RedisServer
  /** Fastify, behind a proxy. */
  one: Server
  /** Express, behind a proxy. */
  other: Server
  proxyOfOne: LossyProxy
  proxyOfOther: LossyProxy
}

export async function startFleet(test: Pick<typeof t, 'teardown'>): Promise<Fleet> {
  const redis = await startRedis()
  const [proxyOfOne, proxyOfOther] = await Promise.all([startProxy(redis.port), startProxy(redis.port)])
  // Registered behind the servers' own, which tap runs first.
  test.teardown(async () => {
    await Promise.all([proxyOfOne.close(), proxyOfOther.close(), redis.stop()])
  })
  const urlOf = ({ port }: LossyProxy) => ({ REDIS_URL: `redis://127.0.0.1:${port}` })
  const [one, other] = await Promise.all([
    start('fastify', urlOf(proxyOfOne)),
    start('express', urlOf(proxyOfOther)),
  ])
  return { redis, one, other, proxyOfOne, proxyOfOther }
}

/** A browser with a session, and a copy of it that asks the other process. Both processes have accepted it. */
export async function session(here: Server, there: Server): Promise<[Browser, Browser]> {
  const browser = new Browser(here)
  await browser.logIn()
  const copy = new Browser(there, browser.jar)
  await Promise.all([expectStatus(browser, 200), expectStatus(copy, 200)])
  return [browser, copy]
}

async function expectStatus(browser: Browser, expected: number): Promise<void> {
  const { status } = await browser.get('/me')
  if (status !== expected) {
    throw new Error(`/me answered ${status}`)
  }
}

/** Milliseconds until a guarded request is refused as revoked; more than `limit` when it isn't by then. */
export async function refusedAfter(browser: Browser, limit: number): Promise<number> {
  const begun = performance.now()
  for (;;) {
    const { status, body } = await browser.get('/me')
    const took = performance.now() - begun
    if (status === 401 && body['code'] === 'ERR_ACCESS_TOKEN_REVOKED') {
      return took
    }
    if (took > limit) {
      return Number.POSITIVE_INFINITY
    }
    await sleep(20)
  }
}
