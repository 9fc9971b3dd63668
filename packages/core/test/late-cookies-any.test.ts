import { randomBytes } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { Writable } from 'node:stream'
import { createHttpLayer } from '@tokenratchet/core/http'
import { fakeClock } from '@tokenratchet/core/testing'
import fc from 'fast-check'
import t from 'tap'

const clock = fakeClock()
const layer = createHttpLayer({
  secret: randomBytes(32).toString('base64url'),
  now: clock.now,
  autoRefresh: true,
})
const ours = ['__Host-access_token', '__Host-refresh_token']

/** A response on its way to a browser whose session was refreshed, and what has left of it. */
async function refreshed(): Promise<{ response: ServerResponse; sent(): [name: string, value: string][] }> {
  const { refreshToken } = await layer.tokens.issue({ subject: 'ada' })
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  const chunks: Buffer[] = []
  const wire = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  response.assignSocket(wire as Socket)
  const request = { method: 'GET', headers: { cookie: `${ours[1]}=${refreshToken}` } }
  await new Promise<void>((resolve, reject) =>
    layer.identify(request, response, true, error => (error ? reject(error) : resolve())),
  )
  return {
    response,
    sent() {
      const [head = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n', 1)
      return head
        .split('\r\n')
        .slice(1)
        .map(line => [line.split(': ', 1)[0]?.toLowerCase() ?? '', line.slice(line.indexOf(': ') + 2)])
    },
  }
}

const inAnyCase = (name: string) => fc.constantFrom(name, name.toLowerCase(), name.toUpperCase())
const value = fc.stringMatching(/^[a-z0-9]{1,8}$/)
const caching = fc.tuple(
  fc
    .constantFrom('Cache-Control', 'Expires', 'CDN-Cache-Control', 'Surrogate-Control', 'X-Cache-Control')
    .chain(inAnyCase),
  value,
)
const other = fc.tuple(fc.constantFrom('X-One', 'ETag', 'Vary', 'Location').chain(inAnyCase), value)
const cookies = fc.array(value, { maxLength: 3 })
const headers = fc.uniqueArray(fc.oneof(caching, other), { selector: ([name]) => name.toLowerCase() })

type Pairs = [name: string, value: string][]
const forms: Record<string, (pairs: Pairs, cookies: string[]) => unknown> = {
  object: (pairs, cookies) => ({ ...Object.fromEntries(pairs), 'Set-Cookie': cookies }),
  flat: (pairs, cookies) => [...pairs, ...named(cookies)].flat(),
  'flat, with a list': (pairs, cookies) => [...pairs.flat(), 'set-cookie', cookies],
  pairs: (pairs, cookies) => [...pairs, ...named(cookies)],
  'pairs, with a list': (pairs, cookies) => [...pairs, ['Set-Cookie', cookies]],
}
const named = (cookies: string[]): Pairs => cookies.map(each => ['Set-Cookie', each])

t.test('whatever writeHead is given, its cookies and ours leave, and nobody stores them', async t => {
  const leave = fc.asyncProperty(
    fc.constantFrom(...Object.keys(forms)),
    headers,
    headers,
    cookies,
    fc.boolean(),
    async (form, before, given, own, hasReason) => {
      const { response, sent } = await refreshed()
      for (const [name, value] of before) {
        response.setHeader(name, value)
      }
      const list = forms[form]?.(given, own) as never
      const copy = structuredClone(list)
      hasReason ? response.writeHead(200, 'Fine', list) : response.writeHead(200, list)
      response.end()
      const all = sent()
      const of = (wanted: string) => all.filter(([name]) => name === wanted).map(([, value]) => value)
      t.same(
        of('set-cookie').map(line => line.split('=')[0]),
        [...own, ...ours],
      )
      t.same(of('cache-control'), ['no-store'])
      t.notOk(all.some(([name]) => /^(expires|surrogate-control|.+-cache-control)$/.test(name)))
      const expected = new Map([...before, ...given].map(([name, value]) => [name.toLowerCase(), value]))
      for (const name of ['x-one', 'etag', 'vary', 'location']) {
        t.same(of(name), expected.has(name) ? [expected.get(name)] : [])
      }
      t.same(list, copy, 'what the application gave is as it was')
    },
  )
  await fc.assert(leave)
})

t.test('headers that have left before the refresh is done stay as they are', async t => {
  const { refreshToken } = await layer.tokens.issue({ subject: 'ada' })
  const request = { method: 'GET', headers: { cookie: `${ours[1]}=${refreshToken}` } }
  for (const isBefore of [true, false]) {
    const response = new ServerResponse(new IncomingMessage(new Socket()))
    if (isBefore) {
      response.writeHead(200)
    }
    const identified = new Promise<unknown>(resolve =>
      layer.identify(request, response, 'optional', (error, user) => resolve(error ?? user?.sub ?? null)),
    )
    if (!isBefore) {
      response.writeHead(200)
    }
    t.equal(await identified, isBefore ? null : 'ada')
    t.equal(response.getHeader('set-cookie'), undefined)
    t.doesNotThrow(() => response.end())
  }
})
