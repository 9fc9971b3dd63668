// An app with a page that uses the client, as a browser meets them: over HTTP, with a strict content security policy.
import { randomBytes } from 'node:crypto'
import { memoryStore, type Session, StoreUnavailableError, type TokenEvent } from '@tokenratchet/core'
import type { HttpLayerOptions } from '@tokenratchet/core/http'
import { type FakeClock, fakeClock } from '@tokenratchet/core/testing'
import express from 'express'
import type t from 'tap'
import { type AppRoute, commonRoutes, type StartApp } from '../contract/app.js'
import { startExpress } from '../contract/express-app.js'
import { startFastify } from '../contract/fastify-app.js'
import { type Front, startFront } from './front.js'
import { pageOfApp } from './pages.js'

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
  framework: Framework | StartApp = 'fastify',
  options: Partial<HttpLayerOptions> = {},
): Promise<Site> {
  const start = typeof framework === 'function' ? framework : frameworks[framework]
  const clock = fakeClock()
  const events: Site['events'] = []
  const reasons: Site['reasons'] = []
  const { rotate, ...store } = memoryStore({ now: clock.now })
  const app = await start({
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
