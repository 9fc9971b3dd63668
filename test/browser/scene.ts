// What users do with their tabs, each time on a site and in a cookie jar of its own.

import type { Client } from '@tokenratchet/client'
import type { HttpLayerOptions } from '@tokenratchet/core/http'
import type { Browser, BrowserContext, Frame, Page as Tab } from 'playwright-core'
import t, { type Test } from 'tap'
import { type Framework, type Site, startSite } from './site.js'

export type { Tab }

/** Of the page, for functions that are evaluated there. */
declare const client: Client
declare const seen: string[]

export interface Scene {
  readonly site: Site
  /** All its tabs share one cookie jar. */
  readonly context: BrowserContext
}

interface Setting {
  readonly framework?: Framework
  readonly options?: Partial<HttpLayerOptions>
  /** What the browser lacks: its tabs take no turns, or don't hear of each other. */
  readonly without?: readonly ('locks' | 'messages')[]
}

/** @returns what declares a test in that browser */
export function scenes(browser: Browser) {
  return (name: string, check: (t: Test, scene: Scene) => Promise<void>, setting: Setting = {}): void => {
    t.test(name, async t => {
      const { framework, options, without = [] } = setting
      const site = await startSite(t, framework, options)
      const context = await browser.newContext()
      t.teardown(() => context.close())
      for (const each of without) {
        await context.addInitScript(lacks[each])
      }
      const complaints = complaintsOf(context)
      await check(t, { site, context })
      t.same(complaints, [], 'no page threw, or violated its content security policy')
      t.same(await leaks(site, context), [], 'no token is where a script could read it')
    })
  }
}

const lacks = {
  locks: () => Object.defineProperty(Navigator.prototype, 'locks', { value: undefined }),
  messages: () => {
    BroadcastChannel.prototype.postMessage = () => {}
  },
}

/** Filled while pages run. */
export function complaintsOf(context: BrowserContext): string[] {
  const complaints: string[] = []
  context.on('weberror', error => complaints.push(`${error.error()}`))
  context.on('console', message => {
    if (message.text().includes('Content Security Policy')) {
      complaints.push(message.text())
    }
  })
  return complaints
}

/** Tokens of the site in what scripts of its open tabs can read. */
export async function leaks(site: Site, context: BrowserContext): Promise<string[]> {
  const tabs = context.pages().filter(tab => tab.url().startsWith(site.url))
  const texts = await eachOf(tabs, tab => tab.evaluate(readable))
  const tokens = [...site.tokens]
  if (tokens.length === 0) {
    throw new Error('Nobody has signed in')
  }
  return texts.filter(text => tokens.some(token => text.includes(token)))
}

async function readable(): Promise<string> {
  const databases = await indexedDB.databases()
  const caches = await globalThis.caches.keys()
  return JSON.stringify([
    { ...localStorage },
    { ...sessionStorage },
    databases,
    caches,
    document.cookie,
    name,
  ])
}

/** @param query of its address, such as `?transport=body` */
export async function openTab({ site, context }: Scene, query = ''): Promise<Tab> {
  const tab = await context.newPage()
  await tab.goto(site.url + query)
  return tab
}

export async function openTabs(scene: Scene, count: number): Promise<[Tab, Tab, ...Tab[]]> {
  return (await Promise.all(Array.from({ length: count }, () => openTab(scene)))) as [Tab, Tab]
}

export function logIn(tab: Tab | Frame, subject = 'ada', transport?: 'body'): Promise<void> {
  return tab.evaluate(
    async grant => {
      const response = await client.fetch('/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(grant),
      })
      client.signedIn(await response.json())
    },
    { subject, ...(transport && { transport }) },
  )
}

/** Whom the app takes its user for; or the status, or the error, that the page gets instead. */
export function who(tab: Tab | Frame): Promise<string | number> {
  return tab.evaluate(async () => {
    try {
      const response = await client.fetch('/me')
      return response.ok ? (await response.json()).user : response.status
    } catch (error) {
      return `${error}`
    }
  })
}

export function logOut(tab: Tab | Frame): Promise<void> {
  return tab.evaluate(() => client.logout())
}

/** Events of the client in this tab. */
export function seenBy(tab: Tab): Promise<string[]> {
  return tab.evaluate(() => seen)
}

export function eachOf<T>(tabs: readonly Tab[], ask: (tab: Tab) => Promise<T>): Promise<T[]> {
  return Promise.all(tabs.map(ask))
}
