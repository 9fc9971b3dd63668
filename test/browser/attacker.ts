// Pages of others, and what they can make a browser send to an app.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page as Tab } from 'playwright-core'
import type t from 'tap'

/** A server for all names: an empty page, and under `/redirect` a 307, which repeats what was posted. Answers its port. */
export async function startAttacker(test: Pick<typeof t, 'teardown'>): Promise<number> {
  const server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost')
    if (pathname === '/redirect') {
      response.writeHead(307, {
        location: searchParams.get('to') ?? '',
        // As an attacker would: nothing is left to the browser's rules for pages.
        'access-control-allow-origin': '*',
      })
    } else {
      response.setHeader('content-type', 'text/html')
    }
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}

/** Each makes the page in a tab post to an address; resolves when something was answered. */
export const attacks = {
  /** One that asks nobody for permission. */
  fetch: (tab, url) =>
    tab.evaluate(url => fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' }), url),

  frame: (tab, url) =>
    tab.evaluate(url => {
      const frame = document.createElement('iframe')
      frame.name = 'target'
      const form = document.createElement('form')
      Object.assign(form, { action: url, method: 'POST', enctype: 'text/plain', target: frame.name })
      document.body.replaceChildren(frame, form)
      form.submit()
      return new Promise(resolve => {
        frame.onload = resolve
      })
    }, url),

  form: async (tab, url) => {
    const page = tab.url()
    const landed = tab.waitForURL(new URL(url).searchParams.get('to') ?? url, { timeout: 5000 })
    await tab.evaluate(url => {
      const form = document.createElement('form')
      Object.assign(form, { action: url, method: 'POST', enctype: 'text/plain' })
      document.body.replaceChildren(form)
      form.submit()
    }, url)
    await landed
    await tab.goto(page)
  },
} as const satisfies Record<string, (tab: Tab, url: string) => Promise<unknown>>
