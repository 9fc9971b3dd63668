// Who can open a WebSocket in the name of a user: the pages of the app, and clients that are not browsers.
import { randomBytes } from 'node:crypto'
import { request as overHttp } from 'node:http'
import { request as overHttps } from 'node:https'
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { commonRoutes, type RunningApp } from '../contract/app.js'
import { launchProfile } from '../helpers/browser.js'
import { some } from '../helpers/effort.js'
import { startAttacker } from './attacker.js'
import { hosts } from './site.js'
import { socketServers, startTls } from './sockets.js'

const attacker = await startAttacker(t)
const attackerTls = await startTls(t, attacker)
const context = await launchProfile(t, t.testdir(), { hosts, thirdPartyCookies: 'allowed', acceptAll: true })

type Scheme = 'http' | 'https'
const sameSites = ['lax', 'strict', 'none'] as const
type SameSite = (typeof sameSites)[number]

interface Row {
  /** Where the page is. */
  readonly from: (scheme: Scheme, port: number) => string
  /** Who opens the socket, or the status of the refusal. */
  readonly outcome: (sameSite: SameSite) => string | 403 | 401
}

const elsewhere = (host: string) => (scheme: Scheme) =>
  `${scheme}://${host}:${scheme === 'http' ? attacker : attackerTls}/`

const rows: Readonly<Record<string, Row>> = {
  'its own page': {
    from: (scheme, port) => `${scheme}://app.example.localhost:${port}/public`,
    outcome: () => 'ada',
  },
  'a sibling subdomain': { from: elsewhere('evil.example.localhost'), outcome: () => 403 },
  'another port of the host': { from: elsewhere('app.example.localhost'), outcome: () => 403 },
  // Without its cookies, which SameSite keeps back, nobody is known.
  'a foreign site': {
    from: elsewhere('evil.localhost'),
    outcome: sameSite => (sameSite === 'none' ? 403 : 401),
  },
}

for (const [index, name] of Object.keys(socketServers).entries()) {
  // A whole run tries each server with one of them, and each of them on one server.
  const inTurn = [...sameSites.slice(index), ...sameSites.slice(0, index)]
  for (const sameSite of some(inTurn, 1)) {
    t.test(`R36: ${name}, SameSite ${sameSite}: a socket is for pages of the own origin`, async t => {
      const app = await startApp(t, name, sameSite)
      for (const [scheme, port] of [
        ['http', app.port],
        ['https', await startTls(t, app.port)],
      ] as const) {
        const base = `${scheme}://app.example.localhost:${port}/`
        await context.clearCookies()
        await logIn(base)
        for (const [where, { from, outcome }] of Object.entries(rows)) {
          const opened = await open(from(scheme, port), `${base.replace('http', 'ws')}socket`)
          t.equal(opened, outcome(sameSite), `${scheme}, ${where}`)
        }
      }
    })
  }

  t.test(`R36: ${name}: a client that is not a browser brings a Bearer token or a cookie`, async t => {
    const app = await startApp(t, name)
    const { accessToken } = await app.tokens.issue({ subject: 'ada' })
    const cookie = `__Host-access_token=${accessToken}`
    const authorization = `Bearer ${accessToken}`
    const origin = 'https://evil.localhost'
    for (const [scheme, port] of [
      ['http', app.port],
      ['https', await startTls(t, app.port)],
    ] as const) {
      const status = (headers: Record<string, string>) => handshake(scheme, port, headers)
      t.equal(await status({ authorization }), 101, `${scheme}, a Bearer token`)
      t.equal(await status({ cookie }), 101, `${scheme}, a cookie`)
      t.equal(await status({ authorization, origin }), 101, `${scheme}, a Bearer token needs no origin`)
      t.equal(await status({ cookie, origin }), 403, `${scheme}, a cookie does`)
      t.equal(await status({}), 401, `${scheme}, nothing`)
    }
  })
}

async function startApp(t: Test, name: string, sameSite: SameSite = 'lax'): Promise<RunningApp> {
  const secret = randomBytes(32).toString('base64url')
  const start = socketServers[name]
  if (start === undefined) {
    throw new Error(`No ${name}`)
  }
  const app = await start({ options: { secret, cookie: { sameSite } }, routes: commonRoutes })
  t.teardown(() => {
    // Browsers keep some on which nothing was asked yet, and Node waits for those.
    app.server.closeAllConnections()
    return app.close()
  })
  return app
}

async function logIn(base: string): Promise<void> {
  const tab = await context.newPage()
  await tab.goto(`${base}public`)
  await tab.evaluate(async () => {
    const headers = { 'content-type': 'application/json' }
    await fetch('/login', { method: 'POST', headers, body: JSON.stringify({ subject: 'ada' }) })
  })
  await tab.close()
}

/** A tab for each page, for as long as there are tests. */
const tabs = new Map<string, Promise<Page>>()

async function newTab(page: string): Promise<Page> {
  const tab = await context.newPage()
  await tab.goto(page)
  return tab
}

/** Whom a socket that a page opens takes its user for, or the status of the refusal. */
async function open(page: string, url: string): Promise<string | number> {
  const opening = tabs.get(page) ?? newTab(page)
  tabs.set(page, opening)
  const tab = await opening
  const errors: string[] = []
  tab.once('websocket', socket => socket.on('socketerror', error => errors.push(error)))
  const user = await tab.evaluate(
    url =>
      new Promise<string | undefined>(resolve => {
        const socket = new WebSocket(url)
        socket.onmessage = ({ data }) => resolve(data)
        socket.onerror = () => resolve(undefined)
      }),
    url,
  )
  return user ?? statusOf(errors.join())
}

/** As Chromium tells of it. */
function statusOf(error: string): number {
  return error.includes('Authentication failed') ? 401 : Number(/response code: (\d+)/.exec(error)?.[1])
}

function handshake(scheme: Scheme, port: number, headers: Record<string, string>): Promise<number> {
  const request = scheme === 'http' ? overHttp : overHttps
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path: '/socket',
      rejectUnauthorized: false,
      // A refusal ends its connection.
      agent: false,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        ...headers,
      },
    })
    asked.on('upgrade', ({ statusCode }, socket) => {
      socket.destroy()
      resolve(statusCode ?? 0)
    })
    asked.on('response', response => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end()
  })
}
