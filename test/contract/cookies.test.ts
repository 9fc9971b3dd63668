import type { CookieOptions } from '@tokenratchet/core/http'
import type { AppRoute } from './app.js'
import { type Answer, Browser, names, type Sent } from './http.js'
import { rule } from './rule.js'

/** Name, value and attributes of a Set-Cookie line, the attributes in the order of the alphabet. */
function parse(line: string): { name: string | undefined; value: string | undefined; attributes: string[] } {
  const [pair = '', ...attributes] = line.split('; ')
  const [, name, value] = /^([^=]*)=(.*)$/.exec(pair) ?? []
  return { name, value, attributes: attributes.sort() }
}

const variants: Record<string, [options: CookieOptions, prefix: string, attributes: string[]]> = {
  'by default': [{}, '__Host-', ['HttpOnly', 'Path=/', 'Priority=High', 'SameSite=Lax', 'Secure']],
  'sameSite lax': [
    { sameSite: 'lax' },
    '__Host-',
    ['HttpOnly', 'Path=/', 'Priority=High', 'SameSite=Lax', 'Secure'],
  ],
  'sameSite strict': [
    { sameSite: 'strict' },
    '__Host-',
    ['HttpOnly', 'Path=/', 'Priority=High', 'SameSite=Strict', 'Secure'],
  ],
  'secure false': [{ secure: false }, '', ['HttpOnly', 'Path=/', 'Priority=High', 'SameSite=Lax']],
  'secure false, sameSite strict': [
    { secure: false, sameSite: 'strict' },
    '',
    ['HttpOnly', 'Path=/', 'Priority=High', 'SameSite=Strict'],
  ],
  'a name prefix': [
    { namePrefix: 'shop' },
    '__Host-shop_',
    ['HttpOnly', 'Path=/', 'Priority=High', 'SameSite=Lax', 'Secure'],
  ],
  'a name prefix, secure false': [
    { namePrefix: "!#$%&'*+-.^_`|~09azAZ", secure: false },
    "!#$%&'*+-.^_`|~09azAZ_",
    ['HttpOnly', 'Path=/', 'Priority=High', 'SameSite=Lax'],
  ],
}
const fortnight = 'Max-Age=1209600'

for (const [variant, [cookie, prefix, attributes]] of Object.entries(variants)) {
  rule(`R17: the cookies, to the letter: ${variant}`, async (t, world) => {
    const browser = new Browser(await world.start({ cookie }))
    const both = [`${prefix}access_token`, `${prefix}refresh_token`]
    for (const answer of [await browser.login('ada'), await browser.post('/auth/refresh')]) {
      t.equal(answer.status, 200)
      const set = answer.cookies.map(parse)
      t.same(
        set.map(({ name }) => name),
        both,
      )
      t.same(
        set.map(({ attributes }) => attributes),
        Array(2).fill([...attributes, fortnight].sort()),
      )
      t.match(
        set.map(({ value }) => value),
        [/^[\w-]+\.[\w-]+\.[\w-]+$/, /^[\w-]{100}$/],
      )
    }
    for (const url of ['/auth/logout', '/leave']) {
      const expected = { value: '', attributes: [...attributes, 'Max-Age=0'].sort() }
      t.same(
        (await browser.post(url)).cookies.map(parse),
        both.map(name => ({ name, ...expected })),
        `${url} repeats the attributes`,
      )
    }
  })
}

rule('R17: with sameSite none the cookies of the other kind are cleared, first', async (t, world) => {
  for (const partitioned of [true, false]) {
    const browser = new Browser(await world.start({ cookie: { sameSite: 'none', partitioned } }))
    const both = [names.access, names.refresh]
    const attributes = (isPartitioned: boolean, maxAge: string) =>
      [
        maxAge,
        'HttpOnly',
        ...(isPartitioned ? ['Partitioned'] : []),
        'Path=/',
        'Priority=High',
        'SameSite=None',
        'Secure',
      ].sort()
    const rows = [
      [await browser.login('ada'), fortnight],
      [await browser.post('/auth/refresh'), fortnight],
      [await browser.post('/auth/logout'), 'Max-Age=0'],
    ] as const
    for (const [answer, maxAge] of rows) {
      t.match(answer.cookies.map(parse), [
        ...both.map(name => ({ name, value: '', attributes: attributes(!partitioned, 'Max-Age=0') })),
        ...both.map(name => ({ name, attributes: attributes(partitioned, maxAge) })),
      ])
      t.equal(answer.cookies.length, 4)
    }
  }
})

/** As a browser of today: a partitioned cookie and another of its name are two, and both are sent. */
class PartitioningBrowser extends Browser {
  readonly #jar = new Map<string, string>()

  override get cookie(): string {
    return [...this.#jar].map(([key, value]) => `${key.split(';', 1)[0]}=${value}`).join('; ')
  }

  override async send(sent: Sent): Promise<Answer> {
    const answer = await super.send(sent)
    for (const { name, value, attributes } of answer.cookies.map(parse)) {
      const key = `${name};${attributes.includes('Partitioned')}`
      if (value) {
        this.#jar.set(key, value)
      } else {
        this.#jar.delete(key)
      }
    }
    return answer
  }

  /** The same browser at another process. */
  override at({ port }: { port: number }): PartitioningBrowser {
    const other = new PartitioningBrowser({ port })
    for (const [key, value] of this.#jar) {
      other.#jar.set(key, value)
    }
    return other
  }
}

rule(
  'R17: cookie.partitioned is switched on and off, process by process, and logs nobody out',
  async (t, world) => {
    const shared = { store: world.store }
    const on = await world.start({ ...shared, cookie: { sameSite: 'none', partitioned: true } })
    const off = await world.start({ ...shared, cookie: { sameSite: 'none' } })
    let browser = new PartitioningBrowser(on)
    for (const [from, to] of [
      [on, off],
      [off, on],
    ] as const) {
      browser = browser.at(from)
      await browser.login('ada')
      browser = browser.at(to)
      t.equal((await browser.post('/auth/refresh')).status, 200)
      t.same((await browser.get('/me')).json(), { user: 'ada' })
      t.equal((await browser.post('/auth/logout')).status, 204)
      t.equal(browser.cookie, '')
      await browser.login('grace')
      for (const app of [on, off]) {
        t.same((await browser.at(app).get('/me')).json(), { user: 'grace' })
      }
    }
  },
)

rule(
  'the cookies live until the idle deadline of their session, which is never past the absolute one',
  async (t, world) => {
    const browser = new Browser(await world.start({ idleTimeout: '14d', sessionLifetime: '20d' }))
    const maxAge = (line: string): string | undefined => /Max-Age=(\d+)/.exec(line)?.[1]
    t.same((await browser.login('ada')).cookies.map(maxAge), ['1209600', '1209600'])
    world.clock.advance('10d')
    t.same((await browser.post('/auth/refresh')).cookies.map(maxAge), ['864000', '864000'])
    world.clock.advance(863_000)
    const last = await browser.post('/auth/refresh')
    t.same(last.cookies.map(maxAge), ['1000', '1000'])
    t.same(last.json(), { expires_in: 600 })
    world.clock.advance(500)
    t.same(
      (await browser.post('/auth/refresh')).json(),
      { expires_in: 500 },
      'nor does the access token outlive it',
    )
  },
  { only: ['memory'] },
)

for (const namePrefix of [undefined, 'x'.repeat(12), 'x'.repeat(32)]) {
  rule(
    `R17: a cookie of name and value over 4,096 octets is a throw at issue: ${namePrefix}`,
    async (t, world) => {
      const large: AppRoute = {
        method: 'POST',
        path: '/large',
        async handle({ body, issueTokens }) {
          const { size } = body as { size: number }
          try {
            return { body: await issueTokens({ subject: 'ada', claims: { text: 'x'.repeat(size) } }) }
          } catch (error) {
            t.type(error, TypeError)
            return { status: 422 }
          }
        },
      }
      const browser = new Browser(await world.start({ cookie: { namePrefix } }, { routes: [large] }))
      let largest = 0
      for (let size = 2500; size <= 3100; size += 20) {
        const { status, cookies } = await browser.post('/large', { size })
        const octets = cookies.map(line => (line.split(';')[0] ?? '').length - '='.length)
        if (status === 200) {
          t.ok(
            octets.every(count => count <= 4096),
            `${octets}`,
          )
          largest = Math.max(largest, ...octets)
        } else {
          t.match([status, cookies], [422, []])
        }
      }
      t.ok(largest > 4000, 'what fits is taken')
      t.equal((await browser.post('/large', { size: 3100 })).status, 422, 'what does not, is not')
    },
  )
}

rule(
  'R2: every answer that sets cookies is not to be stored, nor is one that clears them',
  async (t, world) => {
    const browser = new Browser(await world.start())
    const answers = [
      await browser.login('ada'),
      await browser.post('/auth/refresh'),
      await browser.post('/auth/logout'),
      await browser.login('ada'),
      await browser.post('/leave'),
    ]
    for (const answer of answers) {
      t.equal(answer.cookies.length, 2)
      t.equal(answer.headers['cache-control'], 'no-store')
    }
  },
)
