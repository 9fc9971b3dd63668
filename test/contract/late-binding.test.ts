import { Browser } from './http.js'
import { rule } from './rule.js'

const minute = 60_000

rule(
  'R39: a Date.now that is installed when the application runs is its clock',
  async (t, world) => {
    const browser = new Browser(await world.start({ now: undefined, store: undefined }))
    await browser.login('ada')
    const { now } = Date
    let moved = 0
    t.teardown(() => {
      Date.now = now
    })
    Date.now = () => now.call(Date) + moved
    const statuses = async (): Promise<number[]> => [
      (await browser.get('/me')).status,
      (await browser.post('/auth/refresh')).status,
    ]
    t.same(await statuses(), [200, 200])
    moved += 11 * minute
    t.same(await statuses(), [401, 200])
    t.same(await statuses(), [200, 200])
    moved += 15 * 24 * 60 * minute
    t.same(await statuses(), [401, 400])
  },
  { only: ['memory'] },
)
