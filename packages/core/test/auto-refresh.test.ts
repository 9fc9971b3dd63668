import { randomBytes } from 'node:crypto'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { memoryStore, type TokenEvent } from '@tokenratchet/core'
import {
  type Auth,
  createHttpLayer,
  type HttpLayerOptions,
  type HttpRequest,
  type RawResponse,
} from '@tokenratchet/core/http'
import { fakeClock } from '@tokenratchet/core/testing'
import t from 'tap'

const secret = randomBytes(32).toString('base64url')

function build(options: Partial<HttpLayerOptions> = {}) {
  const clock = fakeClock()
  const events: TokenEvent[] = []
  const onEvent = (event: TokenEvent): void => void events.push(event)
  const layer = createHttpLayer({ secret, now: clock.now, onEvent, autoRefresh: true, ...options })
  /** The subject, `null`, or the code of a refusal. */
  const ask = (request: HttpRequest, response: RawResponse, auth: Auth = true) =>
    new Promise<unknown>(resolve =>
      layer.identify(request, response, auth, (error, user) =>
        resolve(error === undefined ? (user?.sub ?? null) : (error as { code?: string }).code),
      ),
    )
  return { clock, events, layer, ask }
}

const newResponse = (): ServerResponse => new ServerResponse(new IncomingMessage(new Socket()))

t.test('R15: a Bearer that joins a request between two guards is its only credential', async t => {
  const { clock, layer, ask } = build()
  const { refreshToken } = await layer.tokens.issue({ subject: 'ada' })
  const { accessToken } = await layer.tokens.issue({ subject: 'eve' })
  clock.advance('11m')
  const response = newResponse()
  const cookie = `__Host-refresh_token=${refreshToken}`
  t.equal(await ask({ method: 'GET', headers: { cookie } }, response), 'ada')
  t.equal(await ask({ method: 'GET', headers: { cookie } }, response), 'ada')
  const headers = { cookie, authorization: `Bearer ${accessToken}` }
  t.equal(await ask({ method: 'GET', headers }, response), 'ERR_ACCESS_TOKEN_EXPIRED')
  t.equal(await ask({ method: 'GET', headers }, response, 'optional'), null)
})

t.test('two guards that ask at once wait for one refresh', async t => {
  const { events, layer, ask } = build()
  const { refreshToken } = await layer.tokens.issue({ subject: 'ada' })
  events.length = 0
  const response = newResponse()
  const request = { method: 'GET', headers: { cookie: `__Host-refresh_token=${refreshToken}` } }
  t.same(await Promise.all([ask(request, response), ask(request, response, 'optional')]), ['ada', 'ada'])
  t.match(events, [{ type: 'refreshed' }])
  t.equal(events.length, 1)
})

t.test('with onStale reject a refresh is the word of the store, and other tokens wait for it', async t => {
  const working = memoryStore()
  const store = { ...working, revokedSince: () => Promise.reject(new Error('partition')) }
  const { layer, ask } = build({ store, onStale: 'reject' })
  t.teardown(() => layer.tokens.close())
  await layer.tokens.ready()
  const { accessToken, refreshToken } = await layer.tokens.issue({ subject: 'ada' })
  const good = `__Host-access_token=${accessToken}`
  t.equal(await ask({ method: 'GET', headers: { cookie: good } }, newResponse()), 'ERR_STORE_UNAVAILABLE')
  const expired = `__Host-refresh_token=${refreshToken}`
  t.equal(await ask({ method: 'GET', headers: { cookie: expired } }, newResponse()), 'ada')
})

t.test('a good access token is answered at once, and its response is left as it is', async t => {
  const { layer } = build()
  const { accessToken, refreshToken } = await layer.tokens.issue({ subject: 'ada' })
  const cookie = `__Host-access_token=${accessToken}; __Host-refresh_token=${refreshToken}`
  const response = newResponse()
  let sub: string | undefined
  layer.identify({ method: 'GET', headers: { cookie } }, response, true, (_error, user) => {
    sub = user?.sub
  })
  t.equal(sub, 'ada')
  t.equal(Object.hasOwn(response, 'writeHead'), false)
})
