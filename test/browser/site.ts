// An app with a page that uses the client, as a browser meets them: over HTTP, with a strict content security policy.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { memoryStore, type Session, StoreUnavailableError, type TokenEvent } from '@tokenratchet/core'
import type { SeamOptions } from '@tokenratchet/core/http'
import { type FakeClock, fakeClock } from '@tokenratchet/core/testing'
import express from 'express'
import type t from 'tap'
import { type AppRoute, commonRoutes, type StartApp } from '../contract/app.js'
import { startExpress } from '../contract/express-app.js'
import { startFastify } from '../contract/fastify-app.js'
import { type Front, type Page, startFront } from './front.js'

export const frameworks = {
  fastify: startFastify,
  express: description => startExpress(express, description),
} as const satisfies Record<string, StartApp>

export type Framework = keyof typeof frameworks

/** Chromium takes them for safe, as it does `localhost`: cookies that are `Secure` need no certificate. */
export const hosts = 'MAP *.localhost 127.0.0.1'

/** A login that any page could send a form to. */
const guest: AppRoute = {
  method: 'POST',
  path: '/guest',
  handle: async ({ issueTokens }) => ({ body: await issueTokens({ subject: 'guest' }) }),
}

export interface Site extends Front {
  /** A page that has a client as `client`, and its events as `seen`. */
  readonly url: string
  /** The app's clock, and the store's. It stands still; browsers have their own. */
  readonly clock: FakeClock
  /** Types of all that the app decided. */
  readonly events: TokenEvent['type'][]
  /** Why requests were refused. */
  readonly reasons: string[]
  /** Whether the store rejects refreshes. */
  isStoreDown: boolean
  /** Those that live, of a user. */
  sessions(subject?: string): Promise<Session[]>
}

export async function startSite(
  test: Pick<typeof t, 'teardown'>,
  framework: Framework = 'fastify',
  options: Partial<SeamOptions> = {},
): Promise<Site> {
  const clock = fakeClock()
  const events: Site['events'] = []
  const reasons: Site['reasons'] = []
  const { rotate, ...store } = memoryStore({ now: clock.now })
  const app = await frameworks[framework]({
    options: {
      secret: randomBytes(32).toString('base64url'),
      store: {
        ...store,
        rotate: (...step) =>
          site.isStoreDown ? Promise.reject(new StoreUnavailableError()) : rotate(...step),
      },
      now: clock.now,
      onEvent(event) {
        events.push(event.type)
        if (event.type === 'refused') {
          reasons.push(event.reason)
        }
      },
      ...options,
    },
    routes: [...commonRoutes, guest],
  })
  const front = await startFront(app.port, pageOfApp)
  test.teardown(async () => {
    await front.stop()
    await app.close()
  })
  const site: Site = {
    ...front,
    url: `http://app.example.localhost:${front.port}/`,
    clock,
    events,
    reasons,
    isStoreDown: false,
    sessions: (subject = 'ada') => app.tokens.sessions(subject),
  }
  return site
}

/** Nothing but the site's own modules, and no script that is made of text. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "require-trusted-types-for 'script'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** What other sites may embed. */
const embeddable = policy.replace("frame-ancestors 'none'", 'frame-ancestors *')

const client = fileURLToPath(new URL('../../packages/client/dist/', import.meta.url))
const javascript = { 'content-type': 'text/javascript' }

function pageOfApp(path: string): Page | undefined {
  const [, module] = /^\/client\/([a-z]+\.js)$/.exec(path) ?? []
  if (module) {
    return { headers: javascript, text: readFileSync(`${client}${module}`, 'utf8') }
  }
  const text = '<!doctype html><title>App</title><script type="module" src="/page.js"></script>'
  const html = { 'content-type': 'text/html' }
  return {
    '/': { headers: { ...html, 'content-security-policy': policy }, text },
    '/embedded': { headers: { ...html, 'content-security-policy': embeddable }, text },
    '/page.js': { headers: javascript, text: pageScript },
  }[path]
}

const pageScript = `
  import { createClient } from '/client/index.js'
  const transport = new URL(location).searchParams.get('transport') ?? 'cookie'
  globalThis.client = createClient({ transport })
  globalThis.seen = []
  for (const type of ['signedin', 'refreshed', 'signedout']) {
    client.addEventListener(type, () => seen.push(type))
  }
`
