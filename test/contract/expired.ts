// Browsers whose access token has expired, in front of an application that refreshes for them.

import type { AppRoute, RunningApp } from './app.js'
import type { Answer } from './http.js'
import { Browser, names } from './http.js'
import type { World } from './rule.js'

interface Expired {
  readonly app: RunningApp
  readonly browser: Browser
}

type Options = NonNullable<Parameters<World['start']>[0]>

/** Of `ada`. */
export async function startExpired(
  world: World,
  routes: readonly AppRoute[] = [],
  options: Options = {},
): Promise<Expired> {
  const app = await world.start({ autoRefresh: true, ...options }, { routes })
  const browser = new Browser(app)
  await browser.login('ada')
  expire(world)
  return { app, browser }
}

/** All access tokens that are out. */
export function expire(world: World): void {
  world.clock.advance('11m')
  world.events.length = 0
}

/** Which cookies an answer sets. */
export const setNames = ({ cookies }: Pick<Answer, 'cookies'>): string[] =>
  cookies.map(line => line.split('=', 1)[0] ?? '')

export const both: readonly string[] = [names.access, names.refresh]

/** What happened, without who. */
export const typesOf = ({ events }: World): string[] =>
  events.map(event => (event.type === 'refused' ? `${event.credential} ${event.reason}` : event.type))

/** A handler that waits until it is told to go on. */
export interface Slow {
  readonly route: AppRoute
  /** Resolves when a request has reached the handler. */
  readonly begun: Promise<void>
  goOn(): void
}

export function slowRoute(answer: AppRoute['handle'] = ({ user }) => ({ body: { user: user?.sub } })): Slow {
  const begun = resolvers()
  const end = resolvers()
  return {
    route: {
      method: 'GET',
      path: '/slow',
      auth: true,
      async handle(call) {
        begun.resolve()
        await end.promise
        return answer(call)
      },
    },
    begun: begun.promise,
    goOn: end.resolve,
  }
}

function resolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>(resolved => {
    resolve = resolved
  })
  return { promise, resolve }
}
