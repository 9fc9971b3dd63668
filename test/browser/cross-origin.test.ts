// A page of another origin that the app trusts, with the CORS plugins that applications have, and our client as it is.
import fastifyCors from '@fastify/cors'
import type { Client } from '@tokenratchet/client'
import cors from 'cors'
import express from 'express'
import t from 'tap'
import type { StartApp } from '../contract/app.js'
import { startExpress } from '../contract/express-app.js'
import { startFastify } from '../contract/fastify-app.js'
import { send } from '../contract/http.js'
import { launchBrowser } from '../helpers/browser.js'
import { startFront } from './front.js'
import { pageOfApp } from './pages.js'
import { complaintsOf, type Tab } from './scene.js'
import { hosts, type Site, startSite } from './site.js'

/** Of the page, for functions that are evaluated there. */
declare const client: Client

const browser = await launchBrowser(t, { hosts })
// It serves pages, and has no app behind it.
const pages = await startFront(0, pageOfApp)
t.teardown(() => pages.stop())
const origin = `http://pages.example.localhost:${pages.port}`

/** As docs/reference.md says: registered before ours, with that origin and with credentials. */
const options = { origin, credentials: true, exposedHeaders: ['X-Total'] }
const servers: Readonly<Record<string, StartApp>> = {
  'Fastify with @fastify/cors': description =>
    startFastify(description, {
      async before(app) {
        await app.register(fastifyCors, options)
      },
    }),
  'Express with cors': description => startExpress(express, description, cors(options)),
}

for (const [name, start] of Object.entries(servers)) {
  t.test(`R35: ${name}: a page of a trusted origin stays signed in after a reload`, async t => {
    const site = await startSite(t, start, { trustedOrigins: [origin] })
    const context = await browser.newContext()
    t.teardown(() => context.close())
    const complaints = complaintsOf(context)
    const tab = await context.newPage()
    await tab.goto(`${origin}/away?api=${site.url.slice(0, -1)}`)
    t.equal(await logIn(tab, site), 200)
    t.equal(await who(tab, site), 'ada')
    for (const reload of [true, false, true]) {
      site.clock.advance('11m')
      if (reload) {
        await tab.reload()
      }
      t.equal(await who(tab, site), 'ada', reload ? 'after a reload' : 'in the same page')
    }
    t.equal(site.events.filter(type => type === 'refreshed').length, 3)
    t.equal((await site.sessions()).length, 1)
    t.notOk(site.arrived.some(({ path, status }) => path === '/auth/refresh' && status === 403))
    t.same(complaints, [])
  })

  t.test(`R35: ${name}: scripts of a trusted origin can read what a refusal means`, async t => {
    const site = await startSite(t, start, { trustedOrigins: [origin] })
    const context = await browser.newContext()
    t.teardown(() => context.close())
    const tab = await context.newPage()
    await tab.goto(`${origin}/away?api=${site.url.slice(0, -1)}`)
    const read = (path: string, method: string) =>
      tab.evaluate(
        async ([url, method]) => {
          const { status, headers } = await fetch(url, { method, credentials: 'include' })
          return [status, headers.get('www-authenticate'), headers.get('retry-after')]
        },
        [new URL(path, site.url).href, method] as const,
      )
    t.same(await read('/me', 'GET'), [401, 'Bearer', null])
    await logIn(tab, site)
    site.clock.advance('11m')
    t.match(await read('/me', 'GET'), [401, /invalid_token.*expired/, null])
    t.match(await read('/auth/sessions', 'GET'), [401, /invalid_token.*expired/, null], 'a token route')
    site.isStoreDown = true
    t.same(await read('/auth/refresh', 'POST'), [503, null, '1'])
    const { headers } = await send(site.port, { url: '/me', headers: { origin } })
    const exposed = `${headers['access-control-expose-headers']}`.split(/, ?/)
    t.same(exposed.sort(), ['Retry-After', 'WWW-Authenticate', 'X-Total'], 'beside what the plugin exposes')
  })

  t.test(`R18: ${name}: CORS alone makes no page trusted`, async t => {
    const site = await startSite(t, start)
    const context = await browser.newContext()
    t.teardown(() => context.close())
    const tab = await context.newPage()
    await tab.goto(`${origin}/away?api=${site.url.slice(0, -1)}`)
    t.equal(await logIn(tab, site), 403)
    t.same(await site.sessions(), [])
  })
}

function logIn(tab: Tab, { url }: Site): Promise<number> {
  return tab.evaluate(async url => {
    const response = await client.fetch(`${url}login`, {
      method: 'POST',
      credentials: 'include',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ subject: 'ada' }),
    })
    if (response.ok) {
      client.signedIn(await response.json())
    }
    return response.status
  }, url)
}

/** Whom the app takes the user of the page for, or the status that the page gets. */
function who(tab: Tab, { url }: Site): Promise<string | number> {
  return tab.evaluate(async url => {
    const response = await client.fetch(`${url}me`, { credentials: 'include' })
    return response.ok ? (await response.json()).user : response.status
  }, url)
}
