// Any history of a browser: users sign in and out, tabs open and close, networks fail, scripts clear the storage. Whatever
// the order, nobody acts for somebody else, no log-out is lost, and nobody whose session lives is told otherwise.

import fc from 'fast-check'
import { runs } from '../../../test/helpers/effort.js'
import type { TokenAnswer } from '../src/index.js'
import { rule, type Tab, type World } from './world.js'

/** A tab, and whom its application takes its user for. */
interface Page extends Tab {
  user: string | undefined
}

class Browser {
  readonly world: World
  /** Those that are open. */
  pages: Page[] = []
  /** Who signed in last. */
  user: string | undefined
  hasLeft = true
  /** Access tokens that have expired, and refreshes by hand. */
  wanted = 0
  readonly faults: string[] = []
  private readonly under: string
  private count = 0
  /** The one who types a password: one at a time, who does not close the tab meanwhile. */
  private signingIn: Page | undefined
  private readonly running: Promise<unknown>[] = []

  constructor(world: World, under: string) {
    this.world = world
    this.under = under
    this.open()
  }

  open(): void {
    const page: Page = { ...this.world.tab(), user: undefined }
    page.client.addEventListener('signedin', () => {
      page.user = this.user
    })
    page.client.addEventListener('signedout', () => {
      page.user = undefined
    })
    this.pages.push(page)
  }

  close(page: Page): void {
    if (page === this.signingIn) {
      return
    }
    this.pages = this.pages.filter(each => each !== page)
    page.page.run(() => page.page.events.dispatchEvent(new Event('pagehide')))
    page.page.close()
  }

  signIn(page: Page): void {
    if (this.signingIn !== undefined) {
      return
    }
    this.signingIn = page
    const subject = `${this.under}-${this.count++}`
    this.begin(async () => {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ subject })
      const response = await page.client.fetch('/login', { method: 'POST', headers, body }).finally(() => {
        this.signingIn = undefined
      })
      if (response.ok) {
        const answer = (await response.json()) as TokenAnswer
        this.user = subject
        this.hasLeft = false
        page.client.signedIn(answer)
      }
    })
  }

  signOut({ client }: Page): void {
    this.hasLeft = true
    this.begin(() => client.logout())
  }

  refresh({ client }: Page): void {
    this.wanted++
    this.begin(() => client.refresh())
  }

  get(page: Page): void {
    const { user } = page
    // Only where nothing else is under way, a user may count on an answer.
    const isCertain = user !== undefined && this.isQuiet() && user === this.user && !this.hasLeft
    this.begin(async () => {
      const response = await page.client.fetch('/me')
      const { sub } = (response.ok ? await response.json() : {}) as { sub?: string }
      if (user !== undefined && sub !== undefined && sub !== user) {
        this.faults.push(`${user} asked, and ${sub} was answered`)
      }
      if (user === undefined && page.user === undefined && sub === this.user && !this.hasLeft) {
        page.user = sub
      }
      if (isCertain && response.status !== 200 && this.user === user && !this.hasLeft) {
        this.faults.push(`${user} was answered ${response.status}`)
      }
    })
  }

  /** Begins what may fail. It is under way until the next `settle`. */
  private begin(action: () => Promise<unknown>): void {
    this.running.push(action().catch(() => {}))
  }

  isQuiet(): boolean {
    return this.running.length === 0 && !this.world.isOffline
  }

  async settle(): Promise<void> {
    await this.world.until(
      Promise.race([Promise.all(this.running), new Promise(resolve => setTimeout(resolve, 60_000))]),
    )
    this.running.length = 0
  }
}

type Step = (browser: Browser, page: Page) => unknown

const steps: Record<string, Step> = {
  open: browser => browser.pages.length < 3 && browser.open(),
  close: (browser, page) => browser.pages.length > 1 && browser.close(page),
  reload(browser, page) {
    browser.open()
    browser.close(page)
  },
  'sign in': (browser, page) => browser.signIn(page),
  'sign out': (browser, page) => browser.signOut(page),
  refresh: (browser, page) => browser.refresh(page),
  get: (browser, page) => browser.get(page),
  'get in all tabs'(browser) {
    for (const page of browser.pages) {
      browser.get(page)
    }
  },
  expire(browser) {
    browser.wanted++
    browser.world.sleep()
  },
  async 'expire and know it'(browser) {
    browser.wanted++
    await browser.world.pass(601)
  },
  'lose the network': ({ world }) => {
    world.isOffline = true
  },
  'find the network': ({ world }) => {
    world.isOffline = false
  },
  'have trouble with log-outs': ({ world }) =>
    world.always('/auth/logout', () => new Response(null, { status: 503 })),
  'hang in log-outs': ({ world }) => world.always('/auth/logout', 'hang'),
  'hear log-outs': ({ world }) => world.always('/auth/logout', undefined),
  'clear the storage': ({ world }) => world.clearStorage(),
  'come back': ({ world }) => world.dispatch('pageshow'),
  'set the clock back': ({ world }) => world.clock.setSystemTime(Date.now() - 86_400_000),
  'set the clock forward': ({ world }) => world.clock.setSystemTime(Date.now() + 3_600_000),
  settle: browser => browser.settle(),
  'have a slow network': ({ world }) => {
    world.latencies = [700, 3000, 100, 1500, 2200]
  },
  'have a fast network': ({ world }) => {
    world.latencies = []
  },
  'wait a little': ({ world }) => world.pass(0.4),
  wait: ({ world }) => world.pass(3),
}

let browsers = 0

rule(
  'whatever happens in a browser, in any order',
  async (_t, world) => {
    const often = [
      'have a slow network',
      'wait a little',
      'sign in',
      'sign out',
      'get',
      'get in all tabs',
      'lose the network',
      'find the network',
      'expire',
    ]
    const name = fc.constantFrom(...Object.keys(steps), ...often, ...often)
    const step = fc.tuple(name, fc.nat(2))
    const histories = fc.array(step, { minLength: 5, maxLength: 25, size: 'max' })
    await fc.assert(
      fc.asyncProperty(histories, async history => {
        world.forget()
        const browser = new Browser(world, `user${browsers++}`)
        browser.signIn(browser.pages[0] as Page)
        await browser.settle()
        for (const [name, index] of history) {
          const page = browser.pages[index % browser.pages.length] as Page
          await steps[name]?.(browser, page)
          await world.quiet()
        }
        // All is well again, for long enough.
        world.isOffline = false
        world.always('/auth/logout', undefined)
        await browser.settle()
        // What no open page has heard of, the next one finds in storage.
        browser.open()
        await world.pass(200)
        await browser.settle()
        const { user, faults } = browser
        for (let number = 0; number < 30; number++) {
          const subject = `user${browsers - 1}-${number}`
          const { length } = await world.app.tokens.sessions(subject)
          const expected = subject === user && !browser.hasLeft ? 1 : 0
          if (length !== expected) {
            faults.push(`${subject} has ${length} sessions instead of ${expected}`)
          }
        }
        if (world.rotations > browser.wanted) {
          faults.push(`${world.rotations} rotations instead of ${browser.wanted}`)
        }
        world.closeAll()
        if (faults.length > 0) {
          throw new Error(faults.join('\n'))
        }
      }),
      runs(50),
    )
  },
  { transport: 'cookie' },
)
