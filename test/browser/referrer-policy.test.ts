// What a page's own form posts say of where they come from, and what the cross-origin rule makes of it.
import t from 'tap'
import { launchBrowser } from '../helpers/browser.js'
import { attacks } from './attacker.js'
import { logIn, type Scene, scenes } from './scene.js'
import { hosts } from './site.js'

/** A name that Chromium doesn't take for the machine itself: there it sends no `Sec-Fetch-Site` over plain http. */
const remote = 'app.example.test'
const local = 'app.example.localhost'
const scene = scenes(await launchBrowser(t, { hosts: `${hosts}, MAP ${remote} 127.0.0.1` }))

interface Row {
  readonly host: string
  readonly policy: string
  /** What arrives. */
  readonly origin: 'null' | 'own'
  readonly fetchSite: 'same-origin' | undefined
  readonly status: number
}

const rows: readonly Row[] = [
  { host: remote, policy: 'no-referrer', origin: 'null', fetchSite: undefined, status: 403 },
  { host: remote, policy: 'same-origin', origin: 'own', fetchSite: undefined, status: 200 },
  {
    host: remote,
    policy: 'strict-origin-when-cross-origin',
    origin: 'own',
    fetchSite: undefined,
    status: 200,
  },
  { host: remote, policy: '', origin: 'own', fetchSite: undefined, status: 200 },
  { host: local, policy: 'no-referrer', origin: 'null', fetchSite: 'same-origin', status: 200 },
  { host: local, policy: '', origin: 'own', fetchSite: 'same-origin', status: 200 },
]

scene(
  'R18: forms of the own origin are accepted, except under no-referrer over plain http',
  async (t, { site, context }) => {
    const baseOf = (host: string): string => `http://${host}:${site.port}/`
    await logInAt({ site, context }, baseOf(remote))
    await logInAt({ site, context }, baseOf(local))
    for (const { host, policy, origin, fetchSite, status } of rows) {
      const base = baseOf(host)
      const tab = await context.newPage()
      // Without a content security policy, which would forbid the form.
      await tab.goto(`${base}public`)
      await tab.evaluate(content => {
        document.head.append(Object.assign(document.createElement('meta'), { name: 'referrer', content }))
      }, policy)
      site.arrived.length = 0
      site.reasons.length = 0
      await attacks.frame(tab, `${base}me`)
      const arrived = site.arrived.find(({ path }) => path === '/me')
      const label = `${host}, ${policy || 'the default'}`
      t.equal(arrived?.headers.origin, origin === 'own' ? base.slice(0, -1) : 'null', label)
      t.equal(arrived?.headers['sec-fetch-site'], fetchSite, label)
      t.equal(arrived?.status, status, label)
      t.same(site.reasons, status === 403 ? ['forbidden_origin'] : [], label)
      await tab.close()
    }
  },
  { options: { cookie: { secure: false } } },
)

scene(
  'R18: fetch of the own origin is accepted under any referrer policy',
  async (t, { site, context }) => {
    const base = `http://${remote}:${site.port}/`
    await logInAt({ site, context }, base)
    const tab = await context.newPage()
    await tab.goto(base)
    const statuses = await tab.evaluate(async () => {
      const policies = ['no-referrer', 'same-origin', 'unsafe-url'] as const
      const answers = policies.map(referrerPolicy => fetch('/me', { method: 'POST', referrerPolicy }))
      return (await Promise.all(answers)).map(({ status }) => status)
    })
    t.same(statuses, [200, 200, 200])
  },
  { options: { cookie: { secure: false } } },
)

async function logInAt({ context }: Scene, base: string): Promise<void> {
  const tab = await context.newPage()
  await tab.goto(base)
  await logIn(tab)
  await tab.close()
}
