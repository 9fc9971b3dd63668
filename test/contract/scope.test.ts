import { type Answer, Browser, send } from './http.js'
import { rule, stateOf } from './rule.js'

const refresh = (port: number, members: Record<string, string>): Promise<Answer> =>
  send(port, {
    method: 'POST',
    url: '/auth/refresh',
    payload: new URLSearchParams({ grant_type: 'refresh_token', ...members }),
  })

rule('a scope is in the answer and in the access token, from the login on', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  const login = await browser.post('/login', { subject: 'ada', scope: 'read write' })
  t.strictSame(login.json(), { expires_in: 600, scope: 'read write' })
  t.strictSame((await browser.post('/auth/refresh')).json(), { expires_in: 600, scope: 'read write' })
  const payload = { subject: 'ada', scope: 'read write', transport: 'body' }
  const { access_token, scope } = (await send(app.port, { method: 'POST', url: '/login', payload })).json()
  t.equal(scope, 'read write')
  t.equal(app.tokens.verify(access_token).scope, 'read write')
  t.same(new Set((await stateOf(app, 'ada')).map(session => session.scope)), new Set(['read write']))
})

rule(
  'R4: a refresh may ask for less; the next may ask for all of it again, and never for more',
  async (t, world) => {
    const app = await world.start()
    let { refreshToken: refresh_token } = await app.tokens.issue({
      subject: 'ada',
      scope: 'read write admin',
      transport: 'body',
    })
    const rows: [asked: string | undefined, granted: string | undefined][] = [
      ['read', 'read'],
      ['admin', 'admin'],
      ['write read', 'write read'],
      [undefined, 'read write admin'],
      ['', 'read write admin'],
      ['root', undefined],
      ['read root', undefined],
      ['Read', undefined],
      ['rea', undefined],
      ['read  write', undefined],
      [' read', undefined],
      ['read\twrite', undefined],
      ['re"ad', undefined],
      ['read write admin', 'read write admin'],
    ]
    for (const [asked, granted] of rows) {
      const answer = await refresh(app.port, { refresh_token, ...(asked !== undefined && { scope: asked }) })
      if (granted === undefined) {
        t.equal(answer.status, 400, `${asked}`)
        t.equal(answer.json().error, 'invalid_scope')
        t.match(world.events.at(-1), { type: 'refused', credential: 'refresh_token', reason: 'scope' })
      } else {
        t.equal(answer.json().scope, granted, `${asked}`)
        t.equal(app.tokens.verify(answer.json().access_token).scope, granted)
        refresh_token = answer.json().refresh_token
      }
    }
  },
)

rule('R4: a session without a scope has none to give', async (t, world) => {
  const app = await world.start()
  const { refreshToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
  t.equal(
    (await refresh(app.port, { refresh_token: refreshToken, scope: 'read' })).json().error,
    'invalid_scope',
  )
  const answer = await refresh(app.port, { refresh_token: refreshToken })
  t.equal(answer.status, 200, 'and the token is still good')
  t.notOk('scope' in answer.json())
})

rule('a scope that was not granted costs nothing, also where each token is good once', async (t, world) => {
  const app = await world.start({ recoveryWindow: 0 })
  const { refreshToken: refresh_token } = await app.tokens.issue({
    subject: 'ada',
    scope: 'read',
    transport: 'body',
  })
  const before = await stateOf(app, 'ada')
  world.clock.advance(1)
  t.equal((await refresh(app.port, { refresh_token, scope: 'admin' })).json().error, 'invalid_scope')
  t.same(await stateOf(app, 'ada'), before)
  t.equal((await refresh(app.port, { refresh_token, scope: 'read' })).status, 200)
  const reused = await refresh(app.port, { refresh_token, scope: 'read' })
  t.equal(reused.json().error, 'invalid_grant')
  t.same(await stateOf(app, 'ada'), [], 'R5: with a scope, too')
  t.equal((await refresh(app.port, { refresh_token, scope: 'read' })).json().error, 'invalid_grant')
})
