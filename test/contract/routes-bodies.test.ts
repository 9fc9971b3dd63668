import { Browser, type Sent } from './http.js'
import { rule, stateOf } from './rule.js'

const urls = ['/auth/refresh', '/auth/logout', '/auth/revoke'] as const
const json = { 'content-type': 'application/json' }
const typed = (type: string, payload: string) => ({ payload, headers: { 'content-type': type } })

type Body = Pick<Sent, 'payload' | 'headers'>

/** Bodies that say nothing to the routes, whatever they are. */
const silent: Record<string, Body> = {
  'no body': {},
  'no body, but a content type': { headers: json },
  'an empty JSON object': { payload: {} },
  'a member that no route knows': { payload: { client: ['x'] } },
  'JSON with __proto__': { payload: '{"__proto__":{"grant_type":"password"}}', headers: json },
  'an empty form': typed('application/x-www-form-urlencoded', ''),
  'a form of empty parameters': { payload: new URLSearchParams({ grant_type: '', token: '' }) },
  'half a form with files': typed('multipart/form-data; boundary=x', '--x\r\n'),
  'plain text': typed('text/plain', 'hello'),
  'text that looks like a form': typed('text/plain', 'grant_type=password&token=x'),
  'an unknown type': typed('x-own/x-type; charset="x;y"', 'hello'),
  'no type': { payload: 'hello' },
  '8 KiB': typed('text/plain', 'x'.repeat(8192)),
}

rule(
  'the routes take any body of any content type, and what is not for them is ignored',
  async (t, world) => {
    const app = await world.start()
    for (const [what, body] of Object.entries(silent)) {
      const browser = new Browser(app)
      await browser.login('ada')
      const send = (url: string) => browser.send({ ...body, method: 'POST', url })
      t.equal((await send('/auth/refresh')).status, 200, what)
      t.equal((await send('/auth/revoke')).status, 400, 'which asks for a token')
      t.equal((await send('/auth/logout')).status, 204, what)
    }
  },
)

/** Bodies that are meant for the routes, and make no sense. */
const malformed: Record<string, Body> = {
  'broken JSON': { payload: '{"a":', headers: json },
  'JSON that is a list': { payload: [] },
  'JSON that is text': { payload: '"grant_type"', headers: json },
  'JSON that is a number': { payload: '1', headers: json },
  'a parameter that is a number': { payload: { scope: 1 } },
  'a parameter that is a list': { payload: { grant_type: ['refresh_token'] } },
  'a parameter that is an object': { payload: { token: {} } },
  'a repeated parameter': typed('application/x-www-form-urlencoded', 'scope=a&scope=b'),
  'a repeated parameter, spelled in two ways': typed(
    'application/x-www-form-urlencoded; charset=utf-8',
    'token=a&%74oken=a',
  ),
}

rule(
  'R3: a body that makes no sense is 400 invalid_request, and changes nothing; logout asks nothing of it',
  async (t, world) => {
    const app = await world.start()
    const browser = new Browser(app)
    await browser.login('ada')
    const before = await stateOf(app, 'ada')
    world.clock.advance(1)
    for (const [what, body] of Object.entries(malformed)) {
      for (const url of ['/auth/refresh', '/auth/revoke']) {
        const answer = await browser.send({ ...body, method: 'POST', url })
        t.strictSame(
          [answer.status, answer.json(), answer.cookies],
          [
            400,
            {
              error: 'invalid_request',
              error_description:
                'The body is invalid: send each parameter once, as text, in a form or a JSON object, and grant_type=refresh_token with a refresh token',
            },
            [],
          ],
          `${url}: ${what}`,
        )
        t.equal(answer.headers['cache-control'], 'no-store')
      }
      t.match(world.events.slice(-2), Array(2).fill({ type: 'refused', reason: 'malformed' }))
    }
    t.same(await stateOf(app, 'ada'), before)
    for (const [what, body] of Object.entries(malformed)) {
      t.equal((await browser.send({ ...body, method: 'POST', url: '/auth/logout' })).status, 204, what)
    }
    t.same(await stateOf(app, 'ada'), [])
  },
)

const tooMuch: Record<string, Body> = {
  'more than 8 KiB': typed('text/plain', 'x'.repeat(8193)),
  'more than 8 KiB of JSON': { payload: { text: 'x'.repeat(8192) } },
  'more than 8 KiB in a form': { payload: new URLSearchParams({ grant_type: 'x'.repeat(8192) }) },
  'more than 8 KiB of few letters': typed('text/plain', '\u00e9'.repeat(4097)),
}

rule('a body of more than 8192 bytes is 413, and changes nothing', async (t, world) => {
  const app = await world.start()
  const browser = new Browser(app)
  await browser.login('ada')
  const before = await stateOf(app, 'ada')
  world.clock.advance(1)
  for (const url of urls) {
    for (const [what, body] of Object.entries(tooMuch)) {
      const answer = await browser.send({ ...body, method: 'POST', url })
      t.strictSame(
        [answer.status, answer.json(), answer.cookies],
        [413, { error: 'invalid_request', error_description: 'The body is larger than 8192 bytes' }, []],
        `${url}: ${what}`,
      )
      t.equal(answer.headers['cache-control'], 'no-store')
    }
  }
  t.same(await stateOf(app, 'ada'), before)
  t.equal((await browser.post('/auth/refresh')).status, 200)
})
