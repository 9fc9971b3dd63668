// The contestants that guard a route, and the check that they do.

/** For each framework: the name, the settings of the server (`store`: it gets Redis), and the credentials it is sent. */
export const frameworks = {
  Fastify: [
    ['bare Fastify', { contestant: 'bare-fastify' }, ['bearer', 'cookie']],
    ['ours, HS256', { contestant: 'ours-fastify', algorithm: 'HS256' }, ['bearer', 'cookie']],
    ['ours, EdDSA', { contestant: 'ours-fastify', algorithm: 'EdDSA' }, ['bearer', 'cookie']],
    [
      'ours, Redis, HS256',
      { contestant: 'ours-fastify', algorithm: 'HS256', store: true },
      ['bearer', 'cookie'],
    ],
    ['@fastify/jwt, HS256', { contestant: 'fastify-jwt', algorithm: 'HS256' }, ['bearer', 'cookie']],
    [
      '@fastify/jwt, HS256, its cache',
      { contestant: 'fastify-jwt', algorithm: 'HS256', cache: true },
      ['bearer'],
    ],
    ['@fastify/jwt, EdDSA', { contestant: 'fastify-jwt', algorithm: 'EdDSA' }, ['bearer']],
    ['@fastify/session, Redis', { contestant: 'fastify-session', store: true }, ['cookie']],
    ['fast-jwt', { contestant: 'fastify-guard', verifier: 'fast-jwt' }, ['bearer']],
    ['fast-jwt, its cache', { contestant: 'fastify-guard', verifier: 'fast-jwt', best: true }, ['bearer']],
    ['jsonwebtoken', { contestant: 'fastify-guard', verifier: 'jsonwebtoken' }, ['bearer']],
    [
      'jsonwebtoken, a KeyObject',
      { contestant: 'fastify-guard', verifier: 'jsonwebtoken', best: true },
      ['bearer'],
    ],
    ['jose', { contestant: 'fastify-guard', verifier: 'jose' }, ['bearer']],
    ['jose, an imported key', { contestant: 'fastify-guard', verifier: 'jose', best: true }, ['bearer']],
    ['@fastify/secure-session', { contestant: 'fastify-secure-session' }, ['cookie']],
    [
      'a GET of Redis',
      { contestant: 'fastify-guard', verifier: 'Redis GET', best: true, store: true },
      ['cookie'],
    ],
  ],
  Express: [
    ['bare Express', { contestant: 'bare-express' }, ['bearer', 'cookie']],
    ['two layers that do nothing', { contestant: 'bare-express', layers: true }, ['bearer', 'cookie']],
    ['ours, HS256', { contestant: 'ours-express', algorithm: 'HS256' }, ['bearer', 'cookie']],
    ['ours, EdDSA', { contestant: 'ours-express', algorithm: 'EdDSA' }, ['bearer', 'cookie']],
    [
      'ours, Redis, HS256',
      { contestant: 'ours-express', algorithm: 'HS256', store: true },
      ['bearer', 'cookie'],
    ],
    ['express-jwt, HS256', { contestant: 'express-jwt', algorithm: 'HS256' }, ['bearer', 'cookie']],
    [
      'express-jwt, HS256, a KeyObject',
      { contestant: 'express-jwt', algorithm: 'HS256', keyObject: true },
      ['bearer', 'cookie'],
    ],
    ['express-jwt, RS256', { contestant: 'express-jwt', algorithm: 'RS256' }, ['bearer']],
    ['passport-jwt, HS256', { contestant: 'passport-jwt', algorithm: 'HS256' }, ['bearer']],
    ['express-session, Redis', { contestant: 'express-session', store: true }, ['cookie']],
    ['better-auth, Redis', { contestant: 'better-auth', store: true }, ['cookie']],
    ['jsonwebtoken', { contestant: 'express-guard', verifier: 'jsonwebtoken' }, ['bearer']],
    [
      'jsonwebtoken, a KeyObject',
      { contestant: 'express-guard', verifier: 'jsonwebtoken', best: true },
      ['bearer'],
    ],
    ['jose, an imported key', { contestant: 'express-guard', verifier: 'jose', best: true }, ['bearer']],
    ['iron-session', { contestant: 'iron-session' }, ['cookie']],
    ['cookie-session', { contestant: 'cookie-session' }, ['cookie']],
    [
      'a GET of Redis',
      { contestant: 'express-guard', verifier: 'Redis GET', best: true, store: true },
      ['cookie'],
    ],
  ],
}

/** The bare frameworks read no credentials: they are sent those of ours. */
export const isBare = ({ contestant }) => contestant.startsWith('bare')

const isOurs = ({ contestant }) => contestant.startsWith('ours')

/** A process starts in half a second, so a smoke run starts these in memory alone, and most others on sockets alone. */
const onlyInMemory = [
  'fastify-guard',
  'express-guard',
  'fastify-secure-session',
  'iron-session',
  'cookie-session',
]

/**
 * The contestants of a smoke run: of each program the first that is listed; on Fastify, of each verifier too.
 *
 * @param view `'memory'` or `'sockets'`
 */
export function inSmoke(contestants, view) {
  const nameOf = ({ contestant, verifier, layers = false }) =>
    contestant === 'fastify-guard' ? verifier : `${contestant} ${layers}`
  const all = contestants.map(([, settings]) => nameOf(settings))
  return contestants.filter(([, settings], index) => {
    const isNew = onlyInMemory.includes(settings.contestant)
    const isThere = isBare(settings) || isOurs(settings) || isNew === (view === 'memory')
    return isThere && all.indexOf(nameOf(settings)) === index
  })
}

/** Each answers with the user's id, and refuses a request without a credential or with one that was changed. */
export async function checkGuard(port, [first, second], way, isBare) {
  const ask = headers => fetch(`http://127.0.0.1:${port}/me`, { headers })
  for (const credential of [first, second]) {
    const answer = await ask(credential[way])
    const { id } = await answer.json()
    if (answer.status !== 200 || (!isBare && id !== credential.subject)) {
      throw new Error(`${port}: ${answer.status} with ${id} for ${credential.subject}`)
    }
  }
  const changed = Object.fromEntries(
    Object.entries(first[way]).map(([name, value]) => [
      name,
      value.replace(/[^;]{12}(?=;|$)/g, 'AAAAAAAAAAAA'),
    ]),
  )
  for (const headers of isBare ? [] : [{}, changed]) {
    const answer = await ask(headers)
    if (answer.status !== 401) {
      throw new Error(`${port}: ${answer.status} without a valid credential`)
    }
  }
}
