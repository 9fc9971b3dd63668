// The page of an app, which has a client as `client` and its events as `seen`, under a strict content security policy.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from './front.js'

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

/** For a page whose server is of another origin. */
const away = policy.replace("connect-src 'self'", 'connect-src *')

/** What other sites may embed. */
const embeddable = policy.replace("frame-ancestors 'none'", 'frame-ancestors *')

const client = fileURLToPath(new URL('../../packages/client/dist/', import.meta.url))
const javascript = { 'content-type': 'text/javascript' }

/** With `?transport=body`, tokens are in memory; with `?api=`, the server is there. */
export function pageOfApp(path: string): Page | undefined {
  const [, module] = /^\/client\/([a-z]+\.js)$/.exec(path) ?? []
  if (module) {
    return { headers: javascript, text: readFileSync(`${client}${module}`, 'utf8') }
  }
  const text = '<!doctype html><title>App</title><script type="module" src="/page.js"></script>'
  // With `no-store`, no browser would keep the page for the way back.
  const html = { 'content-type': 'text/html', 'cache-control': 'no-cache' }
  return {
    '/': { headers: { ...html, 'content-security-policy': policy }, text },
    '/away': { headers: { ...html, 'content-security-policy': away }, text },
    '/embedded': { headers: { ...html, 'content-security-policy': embeddable }, text },
    '/page.js': { headers: javascript, text: pageScript },
  }[path]
}

const pageScript = `
  import { createClient } from '/client/index.js'
  const { searchParams } = new URL(location)
  const transport = searchParams.get('transport') ?? 'cookie'
  const api = searchParams.get('api') ?? ''
  globalThis.client = createClient({ transport, refreshUrl: api + '/auth/refresh' })
  globalThis.seen = []
  for (const type of ['signedin', 'refreshed', 'signedout']) {
    client.addEventListener(type, () => seen.push(type))
  }
`
