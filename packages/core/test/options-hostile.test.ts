import { createTokens, type Grant, memoryStore, TokenError, type TokensOptions } from '@tokenratchet/core'
import { checkAuth, createHttpLayer, type HttpLayerOptions } from '@tokenratchet/core/http'
import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../test/helpers/effort.js'
import { login } from './ask.js'
import { randomSecret } from './fixture.js'
import {
  coreNames,
  hostile,
  httpNames,
  outcomeOf,
  refusesHostile,
  type Surface,
  withOption,
} from './hostile-options.js'

const secret = randomSecret()
const tokens = createTokens({ secret })
const layer = createHttpLayer({ secret })
const grantNames = ['subject', 'claims', 'scope', 'userAgent', 'ip', 'transport', 'replaces']
const request = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } }

const surfaces: readonly Surface[] = [
  {
    name: 'createTokens',
    options: coreNames,
    needed: { secret },
    use: options => void createTokens(options as TokensOptions).close(),
  },
  {
    name: 'createHttpLayer',
    options: [...coreNames.filter(name => name !== 'claims'), ...httpNames, 'routes.refresh.config'],
    needed: { secret },
    use: options => void createHttpLayer(options as HttpLayerOptions).tokens.close(),
  },
  {
    name: 'memoryStore',
    options: ['now', 'maxSessions'],
    needed: {},
    use: options => void memoryStore(options as object),
  },
  {
    name: 'grant',
    options: grantNames,
    needed: { subject: 'ada' },
    use: grant => tokens.issue(grant as Grant),
  },
  {
    name: 'grant',
    options: grantNames,
    needed: { subject: 'ada' },
    use: grant => login(layer, request, grant as Grant),
  },
  {
    name: 'refresh',
    options: ['transport', 'scope', 'userAgent'],
    needed: {},
    async use(options) {
      const { refreshToken } = await tokens.issue({ subject: 'ada' })
      await tokens.refresh(refreshToken, options as object).catch(error => {
        // A scope comes from outside: of one that is text this says what it says to clients.
        if (!(error instanceof TokenError && error.code === 'ERR_INVALID_SCOPE')) {
          throw error
        }
      })
    },
  },
  {
    name: 'revoke',
    options: ['token'],
    needed: { token: '' },
    use: given => tokens.revoke(given as { token: string }),
  },
  {
    name: 'revoke',
    options: ['subject', 'sid'],
    needed: { subject: 'ada', sid: '' },
    use: given => tokens.revoke(given as { subject: string; sid: string }),
  },
  {
    name: 'revokeAll',
    options: ['except'],
    needed: {},
    use: options => tokens.revokeAll('ada', options as object),
  },
  {
    name: 'demands',
    options: ['scope', 'anyScope', 'introspect'],
    needed: { scope: 'read' },
    use: demands => void checkAuth('config.auth of /me', demands),
  },
]

t.test('R23: a value that an option does not expect is refused by its name, and no other is', async t => {
  for (const surface of surfaces) {
    await refusesHostile(t, surface)
  }
})

t.test('R23: options that are not an object are refused, whatever they are', async t => {
  for (const surface of surfaces) {
    for (const [what, make] of Object.entries(hostile)) {
      const names = [
        'options',
        'a grant',
        'a revocation',
        'config.auth of /me',
        'subject',
        ...surface.options,
        'own',
        '__proto__',
      ]
      t.match(
        await outcomeOf(() => surface.use(make()), names),
        /^(accepted|refused)$/,
        `${surface.name}: ${what}`,
      )
    }
  }
})

t.test(
  'a subject is refused by its name, and a token that is not text as garbage is, whatever it is',
  async t => {
    for (const [what, make] of Object.entries(hostile)) {
      const subject = make() as string
      t.equal(await outcomeOf(() => tokens.sessions(subject), ['subject']), 'refused', what)
      t.equal(await outcomeOf(() => tokens.revokeAll(subject), ['subject']), 'refused', what)
      const token = make() as string
      t.throws(() => tokens.verify(token), { code: 'ERR_ACCESS_TOKEN_INVALID' }, what)
      await t.rejects(tokens.introspect(token), { code: 'ERR_ACCESS_TOKEN_INVALID' }, what)
      await t.rejects(tokens.refresh(token), { code: 'ERR_INVALID_GRANT' }, what)
    }
  },
)

t.test('R23: an option is read once, so that what was checked is what is used', async t => {
  for (const surface of surfaces) {
    const read: Record<string, number> = {}
    const counting = new Proxy(surface.needed, {
      get(target, name) {
        read[String(name)] = (read[String(name)] ?? 0) + 1
        return Reflect.get(target, name)
      },
    })
    await surface.use(counting)
    const often = Object.entries(read).filter(([, times]) => times > 1)
    t.same(often, [], surface.name)
  }
})

t.test('options may be an instance of a class, have no prototype, or be behind a Proxy', async t => {
  class Config {
    get secret() {
      return secret
    }
    readonly #prefix = '/session'
    get prefix() {
      return this.#prefix
    }
  }
  const prefixOf = (options: object) => createHttpLayer(options as HttpLayerOptions).routes[0]?.path
  t.equal(prefixOf(new Config()), '/session/refresh')
  t.equal(prefixOf(Object.assign(Object.create(null), { secret, prefix: '/session' })), '/session/refresh')
  t.equal(prefixOf(new Proxy({ secret, prefix: '/session' }, {})), '/session/refresh')
})

t.test('R23: no combination of options is anything but accepted or a TypeError that names one', async t => {
  // Makers, as fast-check looks into its values, and a Proxy would throw.
  const value = fc.oneof(
    fc
      .anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true })
      .map(value => () => value),
    fc.constantFrom(...Object.values(hostile)),
  )
  const attempt = fc.record({
    surface: fc.constantFrom(...surfaces),
    values: fc.array(fc.tuple(fc.nat(), value), { minLength: 1, maxLength: 4 }),
    extra: fc.oneof(fc.constant({}), fc.dictionary(fc.string({ minLength: 1 }), value, { maxKeys: 1 })),
    wrap: fc.constantFrom(
      (options: object) => options,
      (options: object) => Object.assign(Object.create(null), options),
      (options: object) => Object.create(options),
      (options: object) => new Proxy(options, {}),
      (options: object) => Object.freeze(options),
    ),
  })
  const property = fc.asyncProperty(attempt, async ({ surface, values, extra, wrap }) => {
    const { options: paths } = surface
    const placed = values.map(([index, value]) =>
      withOption(surface, paths[index % paths.length] ?? '', value),
    )
    const options = Object.assign({}, ...placed, extra)
    const names = [...paths, ...Object.keys(extra), 'a revocation', 'config.auth']
    const outcome = await outcomeOf(() => surface.use(wrap(options)), names)
    if (outcome !== 'accepted' && outcome !== 'refused') {
      throw new Error(outcome)
    }
  })
  await t.resolves(fc.assert(property, { ...runs(2000), endOnFailure: true }))
})
