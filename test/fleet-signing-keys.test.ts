// docs/keys.md: signing keys are changed process by process, and nobody notices.
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import type { TokenEvent } from '@tokenratchet/core'
import tokenratchet from '@tokenratchet/fastify'
import { redisStore } from '@tokenratchet/redis'
import Fastify, { type FastifyInstance } from 'fastify'
import { Redis } from 'ioredis'
import t from 'tap'
import { type HonestClient, startTraffic } from './helpers/honest-clients.js'
import { startRedis } from './helpers/redis.js'

const redis = await startRedis()
const client = new Redis(redis.port, '127.0.0.1')
t.teardown(async () => {
  client.disconnect()
  await redis.stop()
})
const secret = randomBytes(32).toString('base64url')
const events: TokenEvent[] = []

async function begin(signingKeys: readonly KeyObject[]): Promise<FastifyInstance> {
  const app = Fastify()
  const onEvent = (event: TokenEvent): void => void events.push(event)
  await app.register(tokenratchet, { secret, signingKeys, store: redisStore(client), onEvent })
  app.get('/me', { config: { auth: true } }, async () => ({}))
  await app.ready()
  return app
}

t.test('while signing keys are changed in three steps, no request is refused', async t => {
  const [old, young] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ec', { namedCurve: 'P-256' })]
  const fleet = await Promise.all([begin([old.privateKey]), begin([old.privateKey])])
  t.teardown(() => Promise.all(fleet.map(app => app.close())))
  const clients = await Promise.all(Array.from({ length: 20 }, (_, index) => logIn(fleet, `user ${index}`)))
  const traffic = startTraffic(clients)

  const replace = async (ring: readonly KeyObject[]): Promise<void> => {
    for (const index of fleet.keys()) {
      const before = fleet[index] as FastifyInstance
      fleet[index] = await begin(ring)
      await traffic.refreshAll()
      await before.close()
    }
  }
  await replace([old.privateKey, young.publicKey])
  await replace([young.privateKey, old.publicKey])
  await traffic.refreshAll()
  await replace([young.privateKey])
  await traffic.stop()

  t.comment(`${traffic.requests} requests, ${traffic.retries} asked again`)
  t.ok(traffic.requests > 500)
  t.equal(traffic.retries, 0)
  t.same(traffic.failures, [])
  const refusals = events.filter(({ type }) => !['issued', 'refreshed', 'reissued'].includes(type))
  t.same(refusals, [])
})

/** A session whose tokens travel in bodies. */
async function logIn(fleet: readonly FastifyInstance[], subject: string): Promise<HonestClient> {
  let tokens = await (fleet[0] as FastifyInstance).tokens.issue({ subject, transport: 'body' })
  return {
    async guarded(index) {
      const headers = { authorization: `Bearer ${tokens.accessToken}` }
      const { statusCode } = await (fleet[index] as FastifyInstance).inject({ url: '/me', headers })
      return statusCode
    },
    async refresh(index) {
      const response = await (fleet[index] as FastifyInstance).inject({
        method: 'POST',
        url: '/auth/refresh',
        payload: { grant_type: 'refresh_token', refresh_token: tokens.refreshToken },
      })
      if (response.statusCode === 200) {
        const { access_token: accessToken, refresh_token: refreshToken } = response.json()
        tokens = { ...tokens, accessToken, refreshToken }
      }
      return response.statusCode
    },
  }
}
