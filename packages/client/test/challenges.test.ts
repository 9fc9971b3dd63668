// Which 401s ask for a new access token, as RFC 9110 section 11.6.1 writes challenges; and services that never have enough.

import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../test/helpers/effort.js'
import { asksForBearer } from '../src/challenge.js'
import { rule } from './world.js'

const challenges: [string, boolean][] = [
  ['Bearer', true],
  ['bEARER', true],
  ['Bearer realm="x"', true],
  ['Bearer error="invalid_token", error_description="expired"', true],
  ['Basic realm="x", Bearer', true],
  ['Basic realm="x",Bearer realm="y"', true],
  ['Negotiate abc==, \tBearer', true],
  [', ,Bearer, ', true],
  ['Bearer abc==', true],
  ['Basic realm="a \\" b", Bearer', true],
  ['Newauth realm="apps", type=1, title="Login to \\"apps\\"", Bearer realm="simple"', true],
  ['', false],
  ['Basic realm="x"', false],
  ['NotBearer', false],
  ['Bearer-Like realm="x"', false],
  ['Bearer.x', false],
  ['Digest realm="Bearer"', false],
  ['Digest realm=Bearer', false],
  ['Basic realm="please, Bearer of news, come in"', false],
  ['Basic realm=", Bearer"', false],
  ['Basic realm="a \\", Bearer"', false],
  ['Basic realm="never closed, Bearer', false],
  ['Basic realm="a \\\\", x="b, Bearer"', false],
  ['Scheme a=1, bearer=2', false],
  ['Scheme a=1, bearer = 2', false],
  ['DPoP algs="ES256", Basic bearer', false],
]

/** Any text may be tried here, also what `Headers` would not take. */
const hasBearerChallenge = (header: string | null): boolean =>
  asksForBearer({ status: 401, headers: { get: () => header } } as unknown as Response)

t.test('R35: a challenge for a Bearer token is found where RFC 9110 has one, and nowhere else', async t => {
  for (const [header, expected] of challenges) {
    t.equal(hasBearerChallenge(header), expected, header)
    t.equal(hasBearer(header), expected, `the reference says so of ${header}`)
  }
  t.equal(hasBearerChallenge(null), false)
})

t.test('R35: it is what a parser of the whole grammar finds, in any header', async () => {
  const token = fc.constantFrom(
    'Bearer',
    'bearer',
    'BEARER',
    'Basic',
    'Digest',
    'realm',
    'a',
    'x-bearer',
    'bearer1',
  )
  const quoted = fc
    .array(fc.constantFrom('Bearer', ', ', 'Bearer realm', '\\"', '\\\\', '=', ' ', 'a'))
    .map(parts => `"${parts.join('')}"`)
  const space = fc.constantFrom('', ' ', '\t', '  ')
  const parameter = fc
    .tuple(token, space, space, fc.oneof(token, quoted))
    .map(([name, before, after, value]) => `${name}${before}=${after}${value}`)
  const token68 = fc.constantFrom('abc', 'abc==', 'Bearer', 'a+/~')
  const separator = fc.tuple(space, space).map(([before, after]) => `${before},${after}`)
  const challenge = fc
    .tuple(
      token,
      fc.oneof(
        fc.constant(['']),
        token68.map(text => [text]),
        fc.array(parameter, { maxLength: 3 }),
      ),
      separator,
    )
    .map(([scheme, rest, comma]) => `${scheme} ${rest.join(comma)}`.trimEnd())
  const header = fc
    .tuple(fc.array(challenge, { minLength: 1, maxLength: 4 }), separator, fc.constantFrom('', ',', ', ,'))
    .map(([all, comma, first]) => first + all.join(comma))
  const noise = fc.array(fc.constantFrom('Bearer', 'bearer', ',', ' ', '=', '"', '\\', 'x', '\t'), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(
      fc.oneof(
        header,
        noise.map(parts => parts.join('')),
      ),
      text => {
        return hasBearerChallenge(text) === hasBearer(text)
      },
    ),
    runs(20_000),
  )
})

const challenge = () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })

rule(
  'a service that is never content costs two refreshes a minute, not one for each request',
  async (t, world) => {
    const { get, events } = await world.signedIn()
    world.always('/legacy', challenge)
    for (let second = 0; second < 120; second++) {
      t.equal(await world.until(get('/legacy')), 401)
      await world.pass(1)
    }
    t.ok(world.refreshes <= 5, `${world.refreshes} refreshes in two minutes`)
    t.ok(world.rotations <= 4, `${world.rotations} rotations`)
    t.notOk(events.includes('signedout'))
  },
)

rule('meanwhile other paths are served as ever', async (t, world) => {
  const { get } = await world.signedIn()
  world.always('/legacy', challenge)
  for (let request = 0; request < 4; request++) {
    t.equal(await world.until(get('/legacy')), 401)
  }
  world.sleep()
  t.equal(await world.until(get()), 200)
  world.always('/legacy', () => new Response())
  t.equal(await world.until(get('/legacy')), 200)
  world.next('/legacy', challenge)
  await world.pass(61)
  t.equal(await world.until(get('/legacy')), 200, 'after a minute its challenges count again')
})

rule(
  'ten requests at once that are refused twice do not hide that the session has ended',
  async (t, world) => {
    const { get, events } = await world.signedIn()
    world.always('/me', challenge)
    await world.until(Promise.all(Array.from({ length: 10 }, () => get())))
    world.refreshIs(() => Response.json({ error: 'invalid_grant' }, { status: 400 }))
    t.equal(await world.until(get()), 401)
    t.equal(events.at(-1), 'signedout')
  },
)

/** The reference: reads a header from left to right, element by element of its list. */
function hasBearer(header: string): boolean {
  const isToken = (text: string) => /^[!#$%&'*+\-.^_`|~\w]+$/.test(text)
  return elementsOf(header).some(element => {
    const [first = '', rest = ''] = splitAtSpace(element)
    // `name = value`, `name= value`: a parameter of the challenge before. A scheme stands alone, or before a space.
    return isToken(first) && first.toLowerCase() === 'bearer' && !rest.startsWith('=')
  })
}

/** Cuts a list at its commas, those in quoted strings left out. Of a string its quotes remain; one that is not closed goes on to the end. */
function elementsOf(header: string): string[] {
  const elements = ['']
  let isQuoted = false
  for (let index = 0; index < header.length; index++) {
    const character = header.charAt(index)
    if (isQuoted && character === '\\') {
      index++
      continue
    }
    const isBetween = character === ',' && !isQuoted
    if (character === '"') {
      isQuoted = !isQuoted
    }
    if (isBetween) {
      elements.push('')
    } else if (character === '"' || !isQuoted) {
      elements.push(elements.pop() + character)
    }
  }
  return elements.map(element => element.trim())
}

function splitAtSpace(element: string): string[] {
  const at = element.search(/\s/)
  return at < 0 ? [element] : [element.slice(0, at), element.slice(at).trim()]
}
