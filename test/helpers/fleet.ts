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

/**
 * Asks for a guarded page until it is refused as revoked.
 *
 * @param proxy of the process that is asked
 * @returns how many requests were let in though they were sent after the process had got the answer to a read of the feed
 *   which began after now. One may be, that overtakes the answer in the process; and after how many milliseconds a
 *   request was refused
 */
export async function refused(browser: Browser, proxy: LossyProxy): Promise<{ late: number; took: number }> {
  const begun = performance.now()
  const before = proxy.feedReads
  let late = 0
  for (;;) {
    const isTold = proxy.feedAnswer > before
    const { status, body } = await browser.get('/me')
    if (status === 401 && body['code'] === 'ERR_ACCESS_TOKEN_REVOKED') {
      return { late, took: Math.round(performance.now() - begun) }
    }
    late += isTold ? 1 : 0
    await sleep(20)
  }
}

/** Waits until each process behind these has got the answer to a read of the feed that begins after now. */
export async function haveRead(...proxies: readonly LossyProxy[]): Promise<void> {
  const sent = proxies.map(({ feedReads }) => feedReads)
  while (proxies.some(({ feedAnswer }, index) => feedAnswer <= (sent[index] as number))) {
    await sleep(20)
  }
}
