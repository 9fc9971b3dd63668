// R40: a body that can be read once is never sent twice. And what becomes of bodies of answers.
import { Readable } from 'node:stream'
import { origin } from './network.js'
import { rule } from './world.js'

async function* generate() {
  yield new TextEncoder().encode('gene')
  yield new TextEncoder().encode('rated')
}

const bytes = (text: string) => new Blob([text]).stream()

const oneShot: [string, () => RequestInit['body'], expected: string][] = [
  ['a web stream', () => bytes('stream'), 'stream'],
  ['an async generator', () => generate() as never, 'generated'],
  ['a Node stream', () => Readable.from([Buffer.from('node')]) as never, 'node'],
  ['another async iterable', () => ({ [Symbol.asyncIterator]: generate }) as never, 'generated'],
  [
    'a stream without an iterator, as in Safari',
    () => Object.defineProperty(bytes('stream'), Symbol.asyncIterator, { value: undefined }),
    'stream',
  ],
]

for (const [name, body, expected] of oneShot) {
  rule(`R40: ${name} is not sent again: its 401 comes back, after the refresh`, async (t, world) => {
    const { client } = await world.signedIn()
    world.sleep()
    const post = () => client.fetch('/echo', { method: 'POST', body: body(), duplex: 'half' } as RequestInit)
    t.equal((await world.until(post())).status, 401)
    t.strictSame(
      world.sent.filter(({ url }) => url.endsWith('/echo')).map(sent => sent.body),
      [expected],
    )
    t.equal(world.refreshes, 1)
    const again = await world.until(post())
    t.equal(again.status, 200)
    t.equal(((await again.json()) as { body: string }).body, expected)
    t.equal(world.refreshes, 1)
  })
}

rule('R40: a stream in the second argument is one, whatever the first is', async (t, world) => {
  const { client } = await world.signedIn()
  world.sleep()
  const request = new Request(`${origin}/echo`, { method: 'POST', body: 'first' })
  const init = { body: bytes('second'), duplex: 'half' } as RequestInit
  t.equal((await world.until(client.fetch(request, init))).status, 401)
  t.equal(world.count('/echo'), 1)
})

rule('R40: a Request that was made with a stream arrives whole, both times', async (t, world) => {
  const { client } = await world.signedIn()
  world.sleep()
  const init = { method: 'POST', body: bytes('streamed'), duplex: 'half' } as RequestInit
  const response = await world.until(client.fetch(new Request(`${origin}/echo`, init)))
  t.equal(response.status, 200)
  t.strictSame(
    world.sent.filter(({ url }) => url.endsWith('/echo')).map(({ body }) => body),
    ['streamed', 'streamed'],
  )
})

rule('R40: a Request whose body is gone rejects, as with the platform', async (t, world) => {
  const { client } = await world.signedIn()
  const request = new Request(`${origin}/echo`, { method: 'POST', body: 'gone' })
  await request.text()
  await t.rejects(client.fetch(request), TypeError)
  t.equal(world.count('/echo'), 0)
  t.equal(world.refreshes, 0)
})

rule('the answer that nobody will read is cancelled, so that its connection is free', async (t, world) => {
  const { client } = await world.signedIn()
  const cancelled: string[] = []
  const refuse = (name: string) => () =>
    new Response(new ReadableStream({ cancel: () => void cancelled.push(name) }), {
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
    })
  world.next('/me', refuse('retried'))
  t.equal((await world.until(client.fetch('/me'))).status, 200)
  t.strictSame(cancelled, ['retried'])
  world.next('/me', refuse('replaced by a 503'))
  world.refreshIs(() => new Response(null, { status: 503, headers: { 'retry-after': '60' } }))
  t.equal((await world.until(client.fetch('/me'))).status, 503)
  t.strictSame(cancelled, ['retried', 'replaced by a 503'])
})

rule('a stream that fails when it is cancelled harms nobody', async (t, world) => {
  const { client } = await world.signedIn()
  const cancel = () => Promise.reject(new Error('The connection is gone'))
  const headers = { 'www-authenticate': 'Bearer' }
  world.next('/me', () => new Response(new ReadableStream({ cancel }), { status: 401, headers }))
  t.equal((await world.until(client.fetch('/me'))).status, 200)
})

rule('the answer of a failed refresh is read once, and each who waits has a copy of it', async (t, world) => {
  const { client } = await world.signedIn()
  world.sleep()
  let pulls = 0
  const chunk = new Uint8Array(1024 * 1024)
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        pulls++
        pulls < 20 ? controller.enqueue(chunk) : controller.close()
      },
    })
  world.refreshIs(() => new Response(endless(), { status: 502, headers: { 'retry-after': '60' } }))
  const answers = await world.until(Promise.all(Array.from({ length: 8 }, () => client.fetch('/me'))))
  t.equal(pulls, 20)
  const sizes = await Promise.all(answers.map(async answer => (await answer.blob()).size))
  t.strictSame(sizes, Array(8).fill(19 * chunk.length))
  const late = await world.until(client.fetch('/me'))
  t.equal(late.status, 502)
  await late.body?.cancel()
  t.equal(pulls, 20)
})
