import { createSecretKey, randomBytes } from 'node:crypto'
import { createTokens, type Grant } from '@tokenratchet/core'
import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../test/helpers/effort.js'
import { randomSecret } from './fixture.js'

const tokens = createTokens({ secret: randomSecret() })

/** What an access token says of these claims, or the text of the TypeError that refuses them. */
async function carried(claims: unknown): Promise<unknown> {
  try {
    const { accessToken } = await tokens.issue({ subject: 'ada', transport: 'body', claims } as Grant)
    const { sub: _, sid: __, jti: ___, iat: ____, exp: _____, ...own } = tokens.verify(accessToken)
    return own
  } catch (error) {
    return error instanceof TypeError ? error.message : error
  }
}

class User {
  id = 7
  #password = 'secret'
  get role() {
    return `admin ${this.#password.length}`
  }
}

const cyclic: Record<string, unknown> = { profile: {} }
cyclic['profile'] = { owner: cyclic }
const deep = JSON.parse(`${'{"a":'.repeat(600)}1${'}'.repeat(600)}`)
const broken = { get role() { throw new Error('no database') } } // biome-ignore format: one line is enough

/** Claims that JSON would lose, or make something else of. */
const refused: [claims: unknown, text: string | RegExp][] = [
  [{ id: 1n }, 'claims.id is a BigInt: use String(value)'],
  [{ profile: { since: new Date() } }, 'claims.profile.since is a Date: use toISOString()'],
  [{ role: () => 'admin' }, 'claims.role is a function: pass what it returns, or leave it out'],
  [{ role: User }, 'claims.role is a function: pass what it returns, or leave it out'],
  [{ role: Symbol('admin') }, 'claims.role is a symbol: use its description'],
  [{ score: Number.NaN }, 'claims.score is NaN: use null, or leave it out'],
  [{ score: Number.NEGATIVE_INFINITY }, 'claims.score is -Infinity: use null, or leave it out'],
  [{ roles: ['a', undefined] }, 'claims.roles[1] is undefined: use null, or leave it out'],
  [{ roles: new Array(2) }, 'claims.roles[0] is undefined: use null, or leave it out'],
  [{ tags: new Map([['a', 1]]) }, 'claims.tags is a Map: use Object.fromEntries(map)'],
  [{ tags: new Set(['a']) }, 'claims.tags is a Set: use [...set]'],
  [{ role: Promise.resolve('admin') }, 'claims.role is a Promise that nobody awaited: await it'],
  [{ pattern: /x/ }, 'claims.pattern is a RegExp: use its source'],
  [{ error: new Error('x') }, 'claims.error is an Error: use its message'],
  [{ key: createSecretKey(randomBytes(32)) }, 'claims.key is a KeyObject: leave it out'],
  [{ id: randomBytes(8) }, "claims.id is bytes: use Buffer.from(bytes).toString('base64url')"],
  [{ seen: new WeakSet() }, 'claims.seen is a WeakMap or WeakSet: leave it out'],
  [{ 'first name': { ünï: 1n } }, 'claims["first name"]["ünï"] is a BigInt: use String(value)'],
  [cyclic, 'claims.profile.owner is cyclic: it contains itself. Pass a copy without that member'],
  [deep, /^claims\.a\.a.* is nested too deeply: pass fewer levels$/],
  [broken, "claims.role can't be read: its getter or Proxy threw. Pass a plain value"],
  [{ owner: { toJSON: () => new Date() } }, 'claims.owner is a Date: use toISOString()'],
  [new Date(), 'claims is a Date: use toISOString()'],
  [new Map(), 'claims is a Map: use Object.fromEntries(map)'],
  [Promise.resolve({}), 'claims is a Promise that nobody awaited: await it'],
  [['admin'], 'claims must be an object (got an array)'],
  ['admin', 'claims must be an object (got a string)'],
  [null, 'claims must be an object (got null)'],
  [{ toJSON: () => [] }, 'claims must be an object (got an array)'],
  [{ sub: 'x' }, 'claims must not contain "sub": it is set by tokenratchet. Use another name'],
]

t.test(
  'a claim that JSON would lose or change is a TypeError that names it, and says what to pass',
  async t => {
    for (const [claims, text] of refused) {
      t.match(await carried(claims), text)
    }
  },
)

/** Claims that are as JSON has them. */
const taken: [claims: unknown, carried: unknown][] = [
  [{ role: undefined, other: null }, { other: null }],
  [new User(), { id: 7 }],
  [{ user: new User() }, { user: { id: 7 } }],
  [{ id: { toJSON: () => '65a1' } }, { id: '65a1' }],
  [{ toJSON: () => ({ role: 'admin' }) }, { role: 'admin' }],
  [{ price: { toJSON: () => 1.5, toString: () => 'never asked' } }, { price: 1.5 }],
  [Object.assign(Object.create(null), { role: 'admin' }), { role: 'admin' }],
  [new Proxy({ role: 'admin' }, {}), { role: 'admin' }],
  [{ boxed: [Object('a'), Object(1), Object(true)] }, { boxed: ['a', 1, true] }],
  [{ nested: { ignored: undefined, list: [[], {}, ''] } }, { nested: { list: [[], {}, ''] } }],
]

t.test('what JSON has a form for is taken in that form', async t => {
  for (const [claims, expected] of taken) {
    t.same(await carried(claims), expected)
  }
  const shared = { name: 'ada' }
  t.same(await carried({ one: shared, other: shared }), { one: shared, other: shared }, 'twice is not cyclic')
})

t.test('R25: __proto__ and the like are claims as any other, and change nothing', async t => {
  const text = '{"__proto__":{"role":"admin"},"constructor":{"prototype":1},"own":{"__proto__":2}}'
  const own = (await carried(JSON.parse(text))) as object
  t.equal(JSON.stringify(own), text)
  t.equal((own as { role?: string }).role, undefined)
  t.equal(({} as { role?: string }).role, undefined)
})

t.test('any claims are refused by a TypeError that names them, or carried as JSON carries them', async t => {
  const anything = fc.dictionary(
    fc.stringMatching(/^[a-zé_ ]{1,8}$/),
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
    { maxKeys: 3 },
  )
  const property = fc.asyncProperty(anything, async claims => {
    const answer = await carried(claims)
    if (typeof answer === 'string') {
      return /^claims[ .[]/.test(answer)
    }
    return JSON.stringify(answer) === JSON.stringify(JSON.parse(JSON.stringify(claims)))
  })
  await t.resolves(fc.assert(property, { ...runs(1000), endOnFailure: true }))
  const json = fc.asyncProperty(
    fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), fc.jsonValue()),
    async claims => {
      return JSON.stringify(await carried(claims)) === JSON.stringify(claims)
    },
  )
  await t.resolves(fc.assert(json, { ...runs(300), endOnFailure: true }))
})
