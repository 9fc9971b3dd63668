// autoRefresh: the cookies leave with whatever headers the handler chooses.
import { Readable } from 'node:stream'
import type { AppRoute, Call } from './app.js'
import { both, expire, setNames, startExpired } from './expired.js'
import { names, send } from './http.js'
import { rule } from './rule.js'

const cached = { 'cache-control': 'public, max-age=3600', expires: 'Thu, 01 Jan 2099 00:00:00 GMT' }
const theme = 'theme=dark; Path=/'

/** Ways to answer, and the status of each. Every one of them sets `theme` and asks to be cached. */
const ways: Record<string, [status: number, handle: AppRoute['handle']]> = {
  'a JSON body': [200, () => ({ headers: { ...cached, 'set-cookie': [theme] }, body: { page: 1 } })],
  'text, and one cookie that is no list': [
    200,
    () => ({ headers: { ...cached, 'set-cookie': theme }, body: 'page' }),
  ],
  'a redirect': [
    303,
    () => ({ status: 303, headers: { ...cached, 'set-cookie': theme, location: '/' }, body: null }),
  ],
  'a 304': [
    304,
    () => ({ status: 304, headers: { ...cached, 'set-cookie': theme, etag: '"1"' }, body: null }),
  ],
  'a 204': [204, () => ({ status: 204, headers: { ...cached, 'set-cookie': theme }, body: null })],
  'a stream': [
    200,
    () => ({ headers: { ...cached, 'set-cookie': theme }, body: Readable.from(['pa', 'ge']) }),
  ],
  'an error page': [500, () => ({ status: 500, headers: { ...cached, 'set-cookie': theme }, body: 'sorry' })],
  'caches that are told apart': [
    200,
    () => ({
      headers: {
        ...cached,
        'set-cookie': theme,
        'CDN-Cache-Control': 'max-age=600',
        'Surrogate-Control': 'max-age=600',
        'Vercel-CDN-Cache-Control': 'max-age=600',
        'X-Accel-Expires': '600',
      },
    }),
  ],
  'headers set on the raw response': raw(response => {
    response.setHeader('Cache-Control', 'public').setHeader('Set-Cookie', theme).end('page')
  }),
  'writeHead with an object': raw(response => {
    response.writeHead(200, { 'Cache-Control': 'public', 'Set-Cookie': [theme] }).end('page')
  }),
  'writeHead with a reason': raw(response => {
    response.writeHead(200, 'Fine', { 'CACHE-CONTROL': 'public', 'SET-COOKIE': theme }).end('page')
  }),
  'writeHead with a flat list': raw(response => {
    response.writeHead(200, ['Set-Cookie', theme, 'Cache-Control', 'public', 'Expires', '0']).end('page')
  }),
  'writeHead with pairs': raw(response => {
    const pairs = [
      ['Set-Cookie', theme],
      ['Cache-Control', 'public'],
    ]
    response.writeHead(200, pairs as never).end('page')
  }),
  // As adapters call it that have no reason to give.
  'writeHead with a reason that is left out': raw(response => {
    const headers = { 'Cache-Control': 'public', 'Set-Cookie': theme }
    response.writeHead(200, undefined, headers).end('page')
  }),
  'writeHead after other headers': raw(response => {
    response.setHeader('Set-Cookie', theme)
    response.writeHead(200, { 'Cache-Control': 'public' }).end('page')
  }),
  'flushed headers': raw(response => {
    response.setHeader('Cache-Control', 'public').setHeader('Set-Cookie', theme).flushHeaders()
    response.end('page')
  }),
  'early hints': raw(response => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    response.setHeader('Set-Cookie', theme).end('page')
  }),
  chunks: raw(response => {
    response.setHeader('Set-Cookie', theme).write('pa')
    response.end('ge')
  }),
}

function raw(answer: (response: ReturnType<Call['hijack']>) => void): [number, AppRoute['handle']] {
  return [
    200,
    ({ hijack }) => {
      answer(hijack())
      return {}
    },
  ]
}

const routes: AppRoute[] = Object.values(ways).map(([, handle], index) => ({
  method: 'GET',
  path: `/way/${index}`,
  auth: true,
  handle,
}))

const overruling = /^(expires|surrogate-control|x-accel-expires|.+-cache-control)$/

rule(
  'R2: the cookies and no-store leave with every kind of answer, beside what the handler sets',
  async (t, world) => {
    const { browser } = await startExpired(world, routes)
    for (const [index, [what, [status]]] of Object.entries(ways).entries()) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await browser.send({ method, url: `/way/${index}` })
        const name = `${method}: ${what}`
        t.equal(answer.status, status, name)
        t.same(setNames(answer), ['theme', ...both], name)
        t.equal(answer.headers['cache-control'], 'no-store', name)
        t.same(
          Object.keys(answer.headers).filter(name => overruling.test(name)),
          [],
        )
        const fresh = await browser.send({ method, url: `/way/${index}` })
        // Node 20 takes pairs only where no header was set before: Express has set one.
        const own = what === 'writeHead with pairs' ? setNames(fresh) : ['theme']
        t.same(setNames(fresh), own, 'and the next answer is the handler’s alone')
        t.notOk(setNames(fresh).some(each => both.includes(each)))
        t.not(fresh.headers['cache-control'], 'no-store')
        expire(world)
      }
    }
  },
)

rule('autoRefresh: an error that nobody expected still brings the cookies', async (t, world) => {
  const { browser } = await startExpired(world, [
    {
      method: 'GET',
      path: '/broken',
      auth: true,
      handle() {
        throw new Error('boom')
      },
    },
  ])
  const answer = await browser.get('/broken')
  t.same([answer.status, setNames(answer), answer.headers['cache-control']], [500, both, 'no-store'])
  t.equal((await browser.get('/me')).status, 200)
})

const lists: string[][] = [['theme=dark'], ['a=1', 'b=2']]

rule(
  'R31: a list of cookies that the application gives to everybody does not collect tokens',
  async (t, world) => {
    const { app, browser } = await startExpired(
      world,
      lists.flatMap((list, index) => [
        {
          method: 'GET' as const,
          path: `/object/${index}`,
          auth: true as const,
          handle({ hijack }) {
            hijack().writeHead(200, { 'set-cookie': list }).end()
            return {}
          },
        },
        {
          method: 'GET' as const,
          path: `/list/${index}`,
          auth: true as const,
          handle({ hijack }) {
            hijack()
              .writeHead(200, ['set-cookie', list, 'set-cookie', 'last=1'] as never)
              .end()
            return {}
          },
        },
        {
          method: 'GET' as const,
          path: `/reply/${index}`,
          auth: true as const,
          handle: () => ({ headers: { 'set-cookie': list } }),
        },
      ]) satisfies AppRoute[],
    )
    for (const [index, list] of lists.entries()) {
      const own = list.map(line => line.split('=')[0])
      for (const [path, more] of Object.entries({ object: [], list: ['last'], reply: [] })) {
        const answer = await send(app.port, { url: `/${path}/${index}`, headers: { cookie: browser.cookie } })
        t.same(setNames(answer), [...own, ...more, ...both], path)
      }
    }
    t.same(lists, [['theme=dark'], ['a=1', 'b=2']])
  },
)

/** Cookies of the handler's own, and whether ours join them. */
const ownCookies: Record<string, boolean> = {
  [`${names.access}=x`]: false,
  [`${names.refresh}=x; Path=/`]: false,
  [`${names.refresh}=; Max-Age=0`]: false,
  [` \t${names.refresh} \t= x`]: false,
  [`x${names.refresh}=x`]: true,
  [`${names.refresh}x=x`]: true,
  [`${names.refresh.toLowerCase()}=x`]: true,
  'refresh_token=x': true,
  [`theme=${names.refresh}=x`]: true,
  [`theme=x; ${names.refresh}=x`]: true,
  [names.refresh]: true,
}

rule(
  'R17: a handler that sets or clears our cookies by hand has the last word; names are compared byte for byte',
  async (t, world) => {
    const lines = Object.keys(ownCookies)
    const { app, browser } = await startExpired(
      world,
      lines.map((line, index) => ({
        method: 'GET',
        path: `/own/${index}`,
        auth: true,
        handle: () => ({ headers: { 'set-cookie': ['theme=dark', line] } }),
      })),
    )
    for (const [index, line] of lines.entries()) {
      const answer = await send(app.port, { url: `/own/${index}`, headers: { cookie: browser.cookie } })
      t.equal(answer.cookies.length, ownCookies[line] ? 4 : 2, line)
      t.equal(answer.headers['cache-control'], ownCookies[line] ? 'no-store' : undefined)
    }
  },
)

rule(
  'autoRefresh: no-transform stays, by which a stream of events keeps compression away',
  async (t, world) => {
    const given = ['no-cache, no-transform', 'public,No-Transform', 'max-age=1, x-no-transforms']
    const { app, browser } = await startExpired(
      world,
      given.map((value, index) => ({
        method: 'GET',
        path: `/events/${index}`,
        auth: true,
        handle: () => ({ headers: { 'cache-control': value } }),
      })),
    )
    for (const [index, value] of given.entries()) {
      const answer = await send(app.port, { url: `/events/${index}`, headers: { cookie: browser.cookie } })
      const expected = index < 2 ? 'no-store, no-transform' : 'no-store'
      t.same([setNames(answer), answer.headers['cache-control']], [both, expected], value)
    }
  },
)

rule('R2: an answer in place of one that failed is stored by nobody with cookies in it', async (t, world) => {
  const { app, browser } = await startExpired(
    world,
    [{}, { 'set-cookie': theme }].map((headers, index) => ({
      method: 'GET',
      path: `/failing/${index}`,
      auth: true,
      handle({ hijack }) {
        const response = hijack()
        t.throws(() => response.writeHead(99, headers), { code: 'ERR_HTTP_INVALID_STATUS_CODE' })
        response.writeHead(500, { 'cache-control': 'public' }).end('sorry')
        return {}
      },
    })),
  )
  for (const [index, own] of [[], ['theme']].entries()) {
    const answer = await send(app.port, { url: `/failing/${index}`, headers: { cookie: browser.cookie } })
    t.same([answer.status, answer.headers['cache-control'], setNames(answer)], [500, 'public', own])
  }
  t.equal((await browser.get('/me')).status, 200, 'the old cookie is good for another')
})
