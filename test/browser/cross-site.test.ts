// Requests that pages of others make a browser send, with its cookies where it sends them.
import type { HttpLayerOptions } from '@tokenratchet/core/http'
import t from 'tap'
import { launchBrowser } from '../helpers/browser.js'
import { some } from '../helpers/effort.js'
import { attacks, startAttacker } from './attacker.js'
import { logIn, openTab, type Scene, scenes, who } from './scene.js'
import { type Framework, hosts, type Site } from './site.js'

const scene = scenes(await launchBrowser(t, { hosts }))
const port = await startAttacker(t)

const attacker = `http://attacker.localhost:${port}/`
const sibling = `http://evil.example.localhost:${port}/`

interface Source {
  /** Where the page is. */
  readonly from: (site: Site) => string
  /** Whose redirect it goes through, which posts the same again. */
  readonly through?: string
  /** What the browser tells of it, */
  readonly fetchSite: string
  /** and whether cookies that are `SameSite=Lax` come along. */
  readonly cookies: boolean
}

const sources = {
  'another site': { from: () => attacker, fetchSite: 'cross-site', cookies: false },
  'another site, redirected': {
    from: () => attacker,
    through: attacker,
    fetchSite: 'cross-site',
    cookies: false,
  },
  'a sibling': { from: () => sibling, fetchSite: 'same-site', cookies: true },
  'a sibling, redirected': { from: () => sibling, through: sibling, fetchSite: 'same-site', cookies: true },
  'another port of the host': {
    from: () => `http://app.example.localhost:${port}/`,
    fetchSite: 'same-site',
    cookies: true,
  },
  // The app's own page, with a link or form that it took for harmless: only the header tells of the way it went.
  'the app, redirected by another site': {
    from: ({ url }) => `${url}public`,
    through: attacker,
    fetchSite: 'cross-site',
    cookies: true,
  },
} as const satisfies Record<string, Source>

/** Statuses, with our cookies and without: without, nobody is known, and there is nothing to protect but a login. */
const targets = {
  '/auth/refresh': { known: 403, unknown: 403 },
  '/auth/logout': { known: 403, unknown: 403 },
  '/auth/logout-all': { known: 403, unknown: 401 },
  '/guest': { known: 403, unknown: 403 },
  '/me': { known: 403, unknown: 401 },
} as const

interface Campaign {
  readonly framework: Framework
  readonly kinds: readonly (keyof typeof attacks)[]
  readonly among: readonly (keyof typeof sources)[]
  readonly options?: Partial<HttpLayerOptions>
}

const all = Object.keys(sources) as (keyof typeof sources)[]
/** A whole run tries each kind on one framework. */
const campaigns: Readonly<Record<string, Campaign>> = {
  ...Object.fromEntries(
    some(['express', 'fastify'] as const, 1).map(framework => [
      `by fetch, to ${framework}`,
      { framework, kinds: ['fetch'], among: all } satisfies Campaign,
    ]),
  ),
  'by a form in a frame': {
    framework: 'fastify',
    kinds: ['frame'],
    among: ['another site', 'a sibling', 'the app, redirected by another site'],
  },
  'by a form that takes the user along': {
    framework: 'express',
    kinds: ['form'],
    among: ['a sibling', 'the app, redirected by another site'],
  },
  'with cookies that go anywhere': {
    framework: 'fastify',
    // What else sends cookies of other sites is a setting of the browser.
    kinds: ['form'],
    among: ['another site'],
    options: { cookie: { sameSite: 'none' } },
  },
}

for (const [campaign, { framework, kinds, among, options = {} }] of Object.entries(campaigns)) {
  scene(
    `what another origin posts is refused, and changes nothing: ${campaign}`,
    async (t, { site, context }) => {
      const tab = await openTab({ site, context })
      await logIn(tab)
      site.clock.advance(1)
      const before = await stateOf({ site, context })
      for (const name of among) {
        const source: Source = sources[name]
        const known = source.cookies || options.cookie?.sameSite === 'none'
        for (const kind of kinds) {
          t.same(
            await attackBy({ site, context }, source, kind),
            Object.entries(targets).map(([path, status]) => ({
              path,
              status: known ? status.known : status.unknown,
              fetchSite: source.fetchSite,
              cookies: known,
            })),
            `${name}, ${kind}`,
          )
        }
      }
      t.same(await stateOf({ site, context }), before)
      t.equal(await who(tab), 'ada')
    },
    { framework, options },
  )
}

scene('what another origin may not post without asking is not even sent', async (t, { site, context }) => {
  await logIn(await openTab({ site, context }))
  const before = await stateOf({ site, context })
  for (const from of [attacker, sibling]) {
    const tab = await context.newPage()
    await tab.goto(from)
    site.arrived.length = 0
    for (const target of Object.keys(targets)) {
      const asking = tab.evaluate(
        url =>
          fetch(url, {
            method: 'POST',
            credentials: 'include',
            headers: { 'content-type': 'application/json', 'x-requested-with': 'page' },
            body: '{"subject":"mallory"}',
          }),
        new URL(target, site.url).href,
      )
      await t.rejects(asking, /Failed to fetch/)
    }
    t.same([...new Set(site.arrived.map(({ method }) => method))], ['OPTIONS'])
  }
  t.same(await stateOf({ site, context }), before)
})

scene('a sibling plants no cookie of our names', async (t, { site, context }) => {
  const tab = await openTab({ site, context })
  await logIn(tab)
  const before = await context.cookies()
  const evil = await context.newPage()
  await evil.goto(sibling)
  await evil.evaluate(() => {
    for (const name of ['__Host-access_token', '__Host-refresh_token']) {
      for (const domain of ['; Domain=example.localhost', '']) {
        // biome-ignore lint/suspicious/noDocumentCookie: as an attacker would, who has no use for a better way
        document.cookie = `${name}=planted; Path=/; Secure${domain}`
      }
    }
  })
  const ours = ({ domain }: { domain: string }) => domain.endsWith('app.example.localhost')
  t.same((await context.cookies()).filter(ours), before)
  t.same(
    (await context.cookies()).filter(({ domain }) => domain.startsWith('.')),
    [],
  )
  t.equal(await who(tab), 'ada')
})

scene('the same posts are accepted from a page of the app', async (t, { site, context }) => {
  await logIn(await openTab({ site, context }))
  const source = { from: ({ url }: Site) => `${url}public`, fetchSite: 'same-origin', cookies: true }
  for (const kind of ['fetch', 'frame', 'form'] as const) {
    site.clock.advance(1)
    t.match(await attackBy({ site, context }, source, kind, ['/auth/refresh', '/me']), [
      { path: '/auth/refresh', status: 200, fetchSite: 'same-origin', cookies: true },
      { path: '/me', status: 200, fetchSite: 'same-origin', cookies: true },
    ])
  }
})

/** What arrived. */
async function attackBy(
  { site, context }: Scene,
  { from, through }: Source,
  kind: keyof typeof attacks,
  paths: readonly string[] = Object.keys(targets),
) {
  site.arrived.length = 0
  const tab = await context.newPage()
  await tab.goto(from(site))
  for (const path of paths) {
    const url = new URL(path, site.url).href
    await attacks[kind](tab, through ? `${through}redirect?to=${encodeURIComponent(url)}` : url)
  }
  await tab.close()
  return site.arrived
    .filter(({ method }) => method === 'POST')
    .map(({ path, status, headers }) => ({
      path,
      status,
      fetchSite: headers['sec-fetch-site'],
      cookies: headers.cookie?.includes('__Host-refresh_token=') ?? false,
    }))
}

async function stateOf({ site, context }: Scene) {
  return {
    sessions: [...(await site.sessions()), ...(await site.sessions('guest'))],
    cookies: await context.cookies(),
  }
}
