import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import tokenratchet, { tokenratchet as named, type TokenratchetOptions } from '@tokenratchet/express'
import t from 'tap'
import { rule, secret, who } from './app.js'

function construct(options: object): unknown {
  return tokenratchet({ secret, ...options } as TokenratchetOptions)
}

t.test('an option that makes no sense is a TypeError which names it', async t => {
  t.doesNotThrow(() => construct({}), 'without one it is constructed')
  const wrong: Record<string, unknown[]> = {
    secret: [undefined, '', 'too short', 'x'.repeat(32), [], null],
    prefix: ['auth', '/auth/', '/:id', '/', '', null],
    transport: ['cookies', null],
    cookie: [null, { secure: 1 }, { sameSite: 'none', secure: false }, { domain: 'example.com' }],
    trustedOrigins: ['*', ['*'], ['https://example.com/']],
    routes: [{ login: false }, { refresh: true }, null],
    store: [{}, null],
    now: [0],
    // What Fastify's plugin has, and a middleware has no use for.
    global: [true, false],
    decoratorName: ['user'],
    accesTokenLifetime: ['10m'],
  }
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const what = `${name}: ${JSON.stringify(value)}`
      t.throws(() => construct({ [name]: value }), { name: 'TypeError', message: name }, what)
    }
  }
})

t.test('there are no options but in an object, and no default for the secret', async t => {
  for (const options of [undefined, null, 'secret', 5, () => ({ secret })]) {
    t.throws(() => tokenratchet(options as unknown as TokenratchetOptions), { name: 'TypeError' })
  }
  t.throws(() => tokenratchet({} as TokenratchetOptions), { name: 'TypeError', message: /secret/ })
})

t.test('routes are left out or not: a config is for frameworks whose routes have one', async t => {
  for (const name of ['refresh', 'logout', 'revoke']) {
    for (const route of [{ config: { rateLimit: { max: 5 } } }, {}]) {
      const expected = { name: 'TypeError', message: `routes.${name} must be false or left out` }
      t.throws(() => construct({ routes: { [name]: route } }), expected)
    }
    t.doesNotThrow(() => construct({ routes: { [name]: false } }))
    t.doesNotThrow(() => construct({ routes: { [name]: undefined } }))
  }
  t.doesNotThrow(() => construct({ routes: undefined }))
})

t.test(
  'it is the default export, and Express knows what it hands out by the number of parameters',
  async t => {
    t.equal(tokenratchet, named)
    const auth = tokenratchet({ secret })
    t.same(
      [auth.middleware.length, auth.authenticate.length, auth.optional.length, auth.errorHandler().length],
      [3, 3, 3, 4],
    )
  },
)

t.test('CommonJS can require it', async t => {
  const script = `
    const { default: create, tokenratchet, TokenError, StoreUnavailableError } = require('@tokenratchet/express')
    const auth = tokenratchet({ secret: ${JSON.stringify(secret)} })
    let code
    try { auth.tokens.verify('') } catch (error) { code = error instanceof TokenError && error.code }
    require('@tokenratchet/express/user')
    console.log(create === tokenratchet, StoreUnavailableError.prototype instanceof TokenError, code)
  `
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  // Without the loaders of the tests, which are in the options of Node.
  const env = { ...process.env, NODE_OPTIONS: '' }
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { cwd, env })
  t.equal(stdout.trim(), 'true true ERR_ACCESS_TOKEN_INVALID')
})

t.test('R33: to close it is to close its tokens', async t => {
  const auth = tokenratchet({ secret })
  const { close } = auth.tokens
  let closed = 0
  auth.tokens.close = async () => {
    await close()
    closed++
  }
  await auth.close()
  t.equal(closed, 1)
})

rule(
  'R37: app.use(auth) and app.get(path, auth, handler) fail at boot: auth is no function',
  async (t, framework) => {
    const auth = tokenratchet({ secret }) as never
    const app = framework()
    t.throws(() => app.use(auth), /requires? a middleware function|must be a function/)
    t.throws(() => app.get('/me', auth, who), /callback function|must be a function/)
    t.throws(() => framework.Router().get('/me', auth, who), /callback function|must be a function/)
  },
)
