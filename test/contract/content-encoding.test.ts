import { brotliCompressSync, gzipSync } from 'node:zlib'
import { Browser } from './http.js'
import { exchange, text } from './raw.js'
import { rule, stateOf } from './rule.js'

const form = (members: Record<string, string>): string => new URLSearchParams(members).toString()
const type = 'application/x-www-form-urlencoded'

/** The routes that read parameters. */
const urls = ['/auth/refresh', '/auth/revoke', '/auth/logout-all']

const refusal = {
  error: 'invalid_request',
  error_description: 'The body is compressed: send it without a Content-Encoding',
}

/** Encodings that are not identity, whatever is in the body. */
const encodings = [
  'gzip',
  'GZIP',
  'x-gzip',
  'br',
  'deflate',
  'zstd',
  'identity, gzip',
  'gzip, identity',
  'own',
  '*',
]

rule(
  'a body with a Content-Encoding is 415, says what would be taken, and changes nothing',
  async (t, world) => {
    const app = await world.start()
    const browser = new Browser(app)
    await browser.login('ada')
    const before = await stateOf(app, 'ada')
    world.clock.advance(1)
    world.events.length = 0
    for (const url of urls) {
      for (const encoding of encodings) {
        // As letters, which every framework and every reader takes: none may try to decode them.
        const payload = form({ except: 'current', token: 'x' })
        const answer = await browser.send({
          method: 'POST',
          url,
          payload,
          headers: {
            'content-type': type,
            'content-length': `${payload.length}`,
            'content-encoding': encoding,
          },
        })
        t.strictSame(
          [answer.status, answer.json(), answer.cookies],
          [415, refusal, []],
          `${url}: ${encoding}`,
        )
        t.match(answer.headers, { 'accept-encoding': 'identity', 'cache-control': 'no-store' })
      }
    }
    t.same(await stateOf(app, 'ada'), before)
    t.equal(world.events.length, urls.length * encodings.length, 'one event each')
    t.match(world.events[0], { type: 'refused', credential: 'body', reason: 'malformed' })
    t.equal((await browser.post('/auth/refresh')).status, 200)
  },
)

rule('what is really compressed is 415 as well, and too much of it 413', async (t, world) => {
  const { port } = await world.start()
  const head = (url: string, encoding: string, length: number): string[] => [
    `POST ${url} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: close',
    'Sec-Fetch-Site: same-origin',
    `Content-Type: ${type}`,
    `Content-Encoding: ${encoding}`,
    `Content-Length: ${length}`,
  ]
  const small = form({ token: 'x' })
  const rows: [encoding: string, body: Buffer, status: number][] = [
    ['gzip', gzipSync(small), 415],
    ['br', brotliCompressSync(small), 415],
    ['gzip', Buffer.alloc(8193, 'x'), 413],
  ]
  for (const url of urls) {
    for (const [encoding, body, status] of rows) {
      const answers = await exchange(port, [text(head(url, encoding, body.length)), body])
      t.same(
        answers.map(({ status }) => status),
        [status],
        `${url}: ${encoding}`,
      )
    }
  }
})

rule('a Content-Encoding that encodes nothing is ignored', async (t, world) => {
  const browser = new Browser(await world.start())
  await browser.login('ada')
  const rows: [encoding: string, payload: string][] = [
    ['identity', form({ scope: '' })],
    ['Identity', form({ scope: '' })],
    ['identity, identity', form({ scope: '' })],
    ['', form({ scope: '' })],
    ['gzip', ''],
  ]
  for (const [encoding, payload] of rows) {
    const headers = {
      'content-type': type,
      'content-length': `${payload.length}`,
      'content-encoding': encoding,
    }
    const answer = await browser.send({ method: 'POST', url: '/auth/refresh', payload, headers })
    t.equal(answer.status, 200, encoding)
  }
})

rule('a log-out, which has no parameters, takes any body', async (t, world) => {
  const app = await world.start()
  for (const payload of ['{', gzipSync('{}').toString('latin1')]) {
    const browser = new Browser(app)
    await browser.login('ada')
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    t.equal((await browser.send({ method: 'POST', url: '/auth/logout', payload, headers })).status, 204)
  }
  t.same(await stateOf(app, 'ada'), [])
})
