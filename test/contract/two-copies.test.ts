// One process may load two copies of @tokenratchet/core. Neither `instanceof` nor a brand alone can be trusted then.
import * as core from '@tokenratchet/core'
import { errorResponse } from '@tokenratchet/core/http'
import * as express from '@tokenratchet/express'
import * as fastify from '@tokenratchet/fastify'
import t from 'tap'
import { secondCopy } from '../helpers/second-copy.js'
import type { Reply } from './app.js'
import { Browser, essence, send } from './http.js'
import { rule } from './rule.js'

const other = await secondCopy()
const codes = ['ERR_ACCESS_TOKEN_MISSING', 'ERR_INSUFFICIENT_SCOPE', 'ERR_STORE_UNAVAILABLE'] as const

t.test('the second copy has classes of its own', async t => {
  t.not(other.TokenError, core.TokenError)
  t.notOk(new other.TokenError('ERR_INVALID_GRANT') instanceof core.TokenError)
})

rule('R26: a store of another copy that is down is an outage, and keeps its own error', async (t, world) => {
  const cause = new Error('connect ECONNREFUSED')
  const error = new other.StoreUnavailableError({ cause })
  let isDown = false
  const store: core.Store = new Proxy(world.store, {
    get: (target, name) => (isDown ? () => Promise.reject(error) : Reflect.get(target, name)),
  })
  const app = await world.start({ store })
  const browser = new Browser(app)
  await browser.login('ada')
  isDown = true
  world.events.length = 0
  const refresh = await browser.post('/auth/refresh')
  t.match([refresh.status, refresh.headers['retry-after']], [503, '1'])
  const login = await browser.login('ada')
  t.match([login.status, login.headers['retry-after']], [503, '1'])
  t.match(login.json(), { statusCode: 503, code: 'ERR_STORE_UNAVAILABLE' })
  t.equal(app.errors[0], error, 'it is not wrapped in an error of this copy')
  for (const event of world.events) {
    t.equal(event.type === 'store_unavailable' && event.error, error)
  }
  t.equal(world.events.length, 2)
})

rule('an error of another copy is answered as one of this copy', async (t, world) => {
  const path = '/refuse'
  const routes = codes.flatMap(code =>
    [core, other].map(({ TokenError }, copy) => ({
      method: 'GET' as const,
      path: `${path}/${code}/${copy}`,
      handle: (): Reply => {
        throw new TokenError(code, { scope: 'read' })
      },
    })),
  )
  const app = await world.start({}, { routes })
  for (const code of codes) {
    const [own, foreign] = await Promise.all(
      [0, 1].map(copy => send(app.port, { url: `${path}/${code}/${copy}` })),
    )
    t.equal(own?.json().code, code)
    t.strictSame(foreign && essence(foreign), own && essence(own), code)
  }
})

t.test('errorResponse answers the errors of both copies alike', async t => {
  for (const code of codes) {
    const own = errorResponse(new core.TokenError(code, { scope: 'read' }))
    t.equal(own?.status, new core.TokenError(code).status)
    t.strictSame(errorResponse(new other.TokenError(code, { scope: 'read' })), own)
    t.strictSame(other.errorResponse(new core.TokenError(code, { scope: 'read' })), own)
  }
})

t.test('isTokenError, which the adapters export too, knows the errors of both copies', async t => {
  for (const { isTokenError } of [core, other, express, fastify]) {
    for (const { TokenError, StoreUnavailableError } of [core, other]) {
      t.ok(isTokenError(new TokenError('ERR_INVALID_GRANT')))
      t.ok(isTokenError(new StoreUnavailableError()))
      t.ok(isTokenError(new (class extends TokenError {})('ERR_INVALID_GRANT')))
    }
  }
})

const brand = Symbol.for('tokenratchet.error')
const fields = {
  [brand]: true,
  code: 'ERR_INVALID_GRANT',
  status: 400,
  statusCode: 400,
  message: 'x',
  error: 'invalid_grant',
  headers: {},
}
const throws = (name: string) =>
  Object.defineProperty({ ...fields }, name, { get: () => JSON.parse('throws') as unknown })

/** What carries the brand by accident, or to do harm. */
const pretenders: Record<string, unknown> = {
  'nothing else': { [brand]: true },
  'a plain error': Object.assign(new Error('boom'), { [brand]: true }),
  'a function': Object.assign(() => {}, fields),
  'no code': { ...fields, code: undefined },
  'a code that is a number': { ...fields, code: 5 },
  'a code of another library': { ...fields, code: 'FST_ERR_X' },
  'a status of success': { ...fields, status: 200, statusCode: 200 },
  'a status that Node refuses': { ...fields, status: 99, statusCode: 99 },
  'a status that is text': { ...fields, status: '400', statusCode: '400' },
  'two statuses': { ...fields, statusCode: 500 },
  'no message': { ...fields, message: undefined },
  'a message that JSON cannot hold': { ...fields, message: 1n },
  'an error that JSON cannot hold': { ...fields, error: 1n },
  'no headers': { ...fields, headers: undefined },
  'headers that are text': { ...fields, headers: 'x' },
  'a header that is a list': { ...fields, headers: { 'set-cookie': ['a=b'] } },
  'a header with a line break': { ...fields, headers: { 'x-a': 'b\r\nset-cookie: c=d' } },
  'a header with a name that is none': { ...fields, headers: { 'a b': 'c' } },
  'a code that throws': throws('code'),
  'headers that throw': throws('headers'),
  'a proxy that throws': new Proxy({}, { has: () => JSON.parse('throws') }),
  'a proxy that is revoked': revoked(),
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

t.test('the brand alone makes no error of ours', async t => {
  t.ok(core.isTokenError(fields), 'with all that a response is made of')
  for (const [what, pretender] of Object.entries(pretenders)) {
    t.equal(core.isTokenError(pretender), false, what)
    t.equal(errorResponse(pretender), undefined, what)
  }
  for (const nothing of [undefined, null, '', 'ERR_INVALID_GRANT', 5, Symbol('x')]) {
    t.equal(core.isTokenError(nothing), false)
  }
})

rule('R26: a store that rejects with what only pretends to be ours is down', async (t, world) => {
  let pretender: unknown
  let isDown = false
  const store: core.Store = new Proxy(world.store, {
    get: (target, name) => (isDown ? () => Promise.reject(pretender) : Reflect.get(target, name)),
  })
  const browser = new Browser(await world.start({ store }))
  await browser.login('ada')
  isDown = true
  for (const [what, each] of Object.entries(pretenders)) {
    pretender = each
    const answer = await browser.post('/auth/refresh')
    t.match([answer.status, answer.json().error], [503, 'temporarily_unavailable'], what)
  }
})
