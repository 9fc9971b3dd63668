import { cookieOf, exchange, text } from './raw.js'
import { rule, stateOf } from './rule.js'

const chunked = 'Transfer-Encoding: chunked'
const chunk = (letters: string): string => `${letters.length.toString(16)}\r\n${letters}\r\n`
const sized = (body: string, type = 'application/json'): [lines: string[], chunks: string[]] => [
  [`Content-Type: ${type}`, `Content-Length: ${body.length}`],
  [body],
]

/** Bodies byte for byte, and the status of a refresh that brings one. */
const rows: Record<string, [body: [lines: string[], chunks: string[]], status: number]> = {
  'JSON that is not UTF-8': [sized('"\xff"'), 400],
  'a member that is not UTF-8': [sized('{"grant_type":"\xc3\x28"}'), 400],
  'a form that is not UTF-8': [sized('grant_type=%C3', 'application/x-www-form-urlencoded'), 400],
  'a byte order mark': [sized('\xef\xbb\xbf{}'), 400],
  'NUL and nothing else': [sized('\0'), 400],
  'JSON that says it is gzip': [[['Content-Encoding: gzip', ...sized('abc')[0]], ['abc']], 415],
  'an empty chunked body': [[['Content-Type: application/json', chunked], ['0\r\n\r\n']], 200],
  'JSON in chunks, one letter each': [
    [['Content-Type: application/json', chunked], [...'{"scope":""}'].map(chunk).concat('0\r\n\r\n')],
    200,
  ],
  '8 KiB in chunks': [[[chunked], [...Array(8).fill(chunk('x'.repeat(1024))), '0\r\n\r\n']], 200],
  'more than 8 KiB in chunks': [[[chunked], [...Array(9).fill(chunk('x'.repeat(1024))), '0\r\n\r\n']], 413],
  'chunks without an end': [[[chunked], Array(9).fill(chunk('x'.repeat(1024)))], 413],
  'a megabyte': [[['Content-Length: 1048576'], ['x'.repeat(2 ** 20)]], 413],
  'a megabyte that does not come': [[['Content-Length: 1048576'], ['x'.repeat(8193)]], 413],
  'a chunk that is none': [[[chunked], ['x\r\n']], 400],
  'a length and chunks': [[['Content-Length: 2', chunked], ['0\r\n\r\n']], 400],
  'two lengths': [[['Content-Length: 2', 'Content-Length: 3'], ['{} ']], 400],
}

rule('R16: whatever body comes over the wire, a refresh is answered, by no 5xx', async (t, world) => {
  const app = await world.start()
  const head = ['POST /auth/refresh HTTP/1.1', `Host: 127.0.0.1:${app.port}`, 'Connection: close']
  for (const [what, [[lines, chunks], status]] of Object.entries(rows)) {
    const cookie = `Cookie: ${await cookieOf(app, what)}`
    const before = await stateOf(app, what)
    world.clock.advance(1)
    const [first = '', ...more] = chunks
    const start = text([...head, cookie, 'Sec-Fetch-Site: same-origin', ...lines], first)
    const answers = await exchange(app.port, [start, ...more])
    t.same(
      answers.map(({ status }) => status),
      [status],
      what,
    )
    if (status !== 200) {
      t.same(await stateOf(app, what), before, 'and nothing has changed')
    }
  }
})
