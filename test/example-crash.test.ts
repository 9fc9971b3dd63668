// The example apps, killed in the middle of a refresh.
import { once } from 'node:events'
import t from 'tap'
import { Browser, examples, start } from './helpers/example.js'
import { startProxy } from './helpers/proxy.js'
import { startRedis } from './helpers/redis.js'

for (const example of examples) {
  t.test(example, async t => {
    t.test('R27: a process that crashes between the script and its response logs nobody out', async t => {
      const redis = await startRedis()
      const proxy = await startProxy(redis.port)
      t.teardown(async () => {
        await proxy.close()
        await redis.stop()
      })
      const [crashing, other] = await Promise.all([
        start(example, { REDIS_URL: `redis://127.0.0.1:${proxy.port}` }),
        start(example, { REDIS_URL: `redis://127.0.0.1:${redis.port}` }),
      ])
      const browser = new Browser(crashing)
      await browser.logIn()
      // The first refresh sends the script as a whole, the second by its hash.
      t.equal((await browser.refresh()).status, 200)

      const { child } = crashing
      const crashed = once(child, 'exit')
      const ran = proxy.loseReply('EVALSHA').then(() => child.kill('SIGKILL'))
      await t.rejects(browser.refresh(), 'no answer comes')
      await Promise.all([ran, crashed])

      const elsewhere = new Browser(other, browser.jar)
      t.equal((await elsewhere.refresh()).status, 200, 'the same token gets a successor')
      t.equal((await elsewhere.refresh()).status, 200, 'that works')
      t.equal((await elsewhere.get('/me')).status, 200)
    })
  })
}
