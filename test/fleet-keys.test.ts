// docs/keys.md, as a fleet does it: keys are changed process by process, and nobody notices.
import { generateKeyPairSync, type KeyPairKeyObjectResult, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import t from 'tap'
import { some } from './helpers/effort.js'
import { Browser, password, type Server, start } from './helpers/example.js'
import { type HonestClient, startTraffic } from './helpers/honest-clients.js'
import { startRedis } from './helpers/redis.js'

const redis = await startRedis()
t.teardown(() => redis.stop())
const [old, young] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')]
const pemOf = ({ privateKey, publicKey }: KeyPairKeyObjectResult) => ({
  privateKey: `${privateKey.export({ type: 'pkcs8', format: 'pem' })}`,
  publicKey: `${publicKey.export({ type: 'spki', format: 'pem' })}`,
})
const ed25519 = pemOf(generateKeyPairSync('ed25519'))
const p256 = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }))

const begin = (example: Server['example'], environment: Record<string, string>): Promise<Server> =>
  start(example, { REDIS_URL: `redis://127.0.0.1:${redis.port}`, TOKEN_SECRET: old, ...environment })

/**
 * The steps of each kind, from the ring that there was to the one that stays. A whole run takes the secret alone: signing
 * keys it changes in fleet-signing-keys.test.ts.
 */
const changes: Record<string, Record<string, string>[]> = {
  'the secret is': [
    { TOKEN_SECRET: old },
    { TOKEN_SECRET: `${old},${young}` },
    { TOKEN_SECRET: `${young},${old}` },
    { TOKEN_SECRET: young },
  ],
  'signing keys are': [
    { SIGNING_KEY: ed25519.privateKey },
    { SIGNING_KEY: ed25519.privateKey + p256.publicKey },
    { SIGNING_KEY: p256.privateKey + ed25519.publicKey },
    { SIGNING_KEY: p256.privateKey },
  ],
}

for (const [what, [before = {}, append = {}, moveFirst = {}, remove = {}]] of some(
  Object.entries(changes),
  1,
)) {
  t.test(`while ${what} changed in three steps, nobody is refused or logged out`, async t => {
    const fleet: Server[] = await Promise.all([begin('fastify', before), begin('express', before)])
    const [first] = fleet as [Server]
    const email = await new Browser(first).logIn()
    const jars = await Promise.all(
      Array.from({ length: 10 }, async () => {
        const browser = new Browser(first)
        await browser.post('/login', { email, password })
        return browser.jar
      }),
    )
    const traffic = startTraffic(jars.map(jar => clientOf(fleet, jar)))

    const restart = async (environment: Record<string, string>): Promise<void> => {
      for (const [index, { child, example }] of [...fleet].entries()) {
        const exit = once(child, 'exit')
        child.kill('SIGTERM')
        t.same(await exit, [0, null])
        fleet[index] = await begin(example, environment)
      }
    }
    await restart(append)
    await restart(moveFirst)
    await traffic.refreshAll()
    await restart(remove)
    await traffic.stop()

    t.comment(`${traffic.requests} requests, ${traffic.retries} asked again`)
    t.ok(traffic.requests > 250)
    t.same(traffic.failures, [])
    const [one, other] = fleet as [Server, Server]
    for (const jar of jars) {
      const browser = new Browser(one, jar)
      t.equal((await browser.refresh()).status, 200)
      t.equal((await browser.fork(browser.jar).get('/me')).status, 200)
      t.equal((await new Browser(other, browser.jar).get('/me')).status, 200)
    }
  })
}

t.test('without the first step, processes that lack the new secret refuse what it signed', async t => {
  const [lacks, has] = await Promise.all([
    begin('fastify', { TOKEN_SECRET: old }),
    begin('express', { TOKEN_SECRET: `${young}, ${old}\n` }),
  ])
  const browser = new Browser(has)
  await browser.logIn()
  t.equal((await new Browser(lacks, browser.jar).get('/me')).status, 401)
  t.equal((await new Browser(lacks, browser.jar).refresh()).status, 400)
  t.equal((await browser.refresh()).status, 200, 'which ended nothing')

  const other = new Browser(lacks)
  await other.logIn()
  t.equal(
    (await new Browser(has, other.jar).get('/me')).status,
    200,
    'blanks and line ends are no part of a secret',
  )
})

/** One jar of cookies, whichever process is asked. */
function clientOf(fleet: readonly Server[], jar: Map<string, string>): HonestClient {
  const on = async (
    index: number,
    ask: (browser: Browser) => ReturnType<Browser['get']>,
  ): Promise<number> => {
    const browser = new Browser(fleet[index] as Server, jar)
    const { status, cookies } = await ask(browser)
    if (cookies.length > 0) {
      for (const [name, value] of browser.jar) {
        jar.set(name, value)
      }
    }
    return status
  }
  return {
    guarded: index => on(index, browser => browser.get('/me')),
    refresh: index => on(index, browser => browser.refresh()),
  }
}
