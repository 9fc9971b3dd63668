// That the tables of the documents have all names that the code has, and no other.

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { TokenError, type TokenErrorCode } from '@tokenratchet/core'
import { createHttpLayer } from '@tokenratchet/core/http'
import t from 'tap'
import { documents, membersOf, quoted, tableOf } from './helpers/docs.js'

const root = new URL('..', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const texts = await documents()
const readme = texts.get('README.md') ?? ''

t.test('every option is in the table, and nothing else', async t => {
  const [core, http, cookie, fastify] = await Promise.all([
    membersOf('packages/core/src/options.ts', 'export interface TokensOptions'),
    membersOf('packages/core/src/http/options.ts', 'export interface HttpOptions'),
    membersOf('packages/core/src/http/cookie-options.ts', 'export interface CookieOptions'),
    membersOf('packages/fastify/src/options.ts', 'export interface FastifyOptions'),
  ])
  const inCode = [...core, ...http, ...fastify].flatMap(name =>
    name === 'cookie' ? cookie.map(member => `cookie.${member}`) : [name],
  )
  const inTable = tableOf(readme, 'Options').flatMap(([first]) => quoted(first))
  t.same(inTable.map(name => name.replace(/\(.*\)$/, '')).sort(), inCode.sort())
})

t.test('everything that a login takes is in its table', async t => {
  const members = await membersOf('packages/core/src/verbs/issue.ts', 'export type Grant<')
  const inTable = tableOf(readme, 'Logging in and out').flatMap(([first]) => quoted(first))
  t.same(inTable.sort(), [...members, 'claims'].sort())
})

t.test('every route that an option names is in its row', async t => {
  const names = await membersOf('packages/core/src/http/options.ts', 'const isRouteName')
  const [row = []] = tableOf(readme, 'Options').filter(([first]) => first === '`routes`')
  t.same(
    names.filter(name => !quoted(row[2]).includes(name)),
    [],
  )
})

t.test('defaults are those of the code', async t => {
  const sources = ['options.ts', 'values/times.ts', 'http/options.ts', 'http/cookie-options.ts'].map(file =>
    read(`packages/core/src/${file}`),
  )
  const source = [...sources, read('packages/fastify/src/options.ts')].join('\n')
  const spelled: Record<string, string> = {
    accessTokenLifetime: "seconds('accessTokenLifetime', Math.min(600,",
    idleTimeout: "seconds('idleTimeout', Math.min(14 * day,",
    sessionLifetime: "seconds('sessionLifetime', 30 * day,",
    recoveryWindow: "seconds('recoveryWindow', idleTimeout,",
    maxStaleness: "seconds('maxStaleness', 10,",
    now: 'now = systemClock',
  }
  for (const [first, fallback = ''] of tableOf(readme, 'Options')) {
    const names = quoted(first)
    const values = fallback.split(', ')
    for (const [index, option] of names.entries()) {
      const name = option.replace(/\(.*\)$/, '').replace(/^cookie\./, '')
      const [value] = quoted(values[index] ?? values[0])
      const written = spelled[name] ?? (value === undefined ? undefined : `${name} = ${value}`)
      t.ok(written === undefined || source.includes(written), `${option}: ${fallback}`)
    }
  }
  t.match(tableOf(readme, 'Options').find(([first]) => first === '`accessTokenLifetime`')?.[1], "`'10m'`")
  t.match(tableOf(readme, 'Options').find(([first]) => first === '`idleTimeout`')?.[1], "`'14d'`")
  t.match(tableOf(readme, 'Options').find(([first]) => first === '`sessionLifetime`')?.[1], "`'30d'`")
  t.match(tableOf(readme, 'Options').find(([first]) => first === '`maxStaleness`')?.[1], "`'10s'`")
  t.match(tableOf(readme, 'Options').find(([first]) => first === '`sessionsPerSubject`')?.[1], '100')
})

t.test('options of the store and of the client', async t => {
  for (const [file, path, declaration] of [
    ['packages/redis/README.md', 'packages/redis/src/store.ts', 'export interface RedisStoreOptions'],
    ['packages/client/README.md', 'packages/client/src/options.ts', 'export interface ClientOptions'],
  ] as const) {
    const inTable = tableOf(texts.get(file) ?? '', 'Options').flatMap(([first]) => quoted(first))
    t.same(inTable.sort(), (await membersOf(path, declaration)).sort(), file)
  }
  const client = texts.get('packages/client/README.md') ?? ''
  const events = tableOf(client, 'Events').flatMap(([first]) => quoted(first))
  t.same(events.sort(), (await membersOf('packages/client/src/options.ts', 'interface ClientEvents')).sort())
  const methods = tableOf(client, 'Methods').flatMap(([first]) => quoted(first))
  const inCode = await membersOf('packages/client/src/options.ts', 'export interface Client extends')
  t.same(
    methods.map(name => name.replace(/\(.*\)$/, '')).sort(),
    inCode.filter(name => !name.endsWith('EventListener')).sort(),
  )
})

const { privateKey } = generateKeyPairSync('ed25519')
const secret = randomBytes(32).toString('base64')
const layer = createHttpLayer({ secret, signingKeys: privateKey.export({ format: 'jwk' }) })
const routes = layer.routes.map(({ method, path, hasSid }) => `${method} ${path}${hasSid ? '/:sid' : ''}`)

t.test('every route is in the table, and nothing else', async t => {
  t.same(
    tableOf(readme, 'Routes')
      .flatMap(([first]) => quoted(first))
      .sort(),
    [...routes].sort(),
  )
  const inHttp = tableOf(texts.get('docs/http.md') ?? '', 'The token routes').flatMap(([first]) =>
    quoted(first),
  )
  const known = inHttp.filter(name => /^[A-Z]+ \//.test(name))
  t.same(
    known.filter(name => !routes.includes(name)),
    [],
  )
  t.equal(known.length, routes.length)
})

t.test('every error is in the table, with its status and challenge', async t => {
  const source = read('packages/core/src/errors.ts')
  const union = source.slice(0, source.indexOf('\n\n'))
  const codes = [...union.matchAll(/'(ERR_\w+)'/g)].map(([, code = '']) => code as TokenErrorCode)
  const rows = tableOf(readme, 'Errors').flatMap(([first, status, challenge = '']) => {
    const [whole = '', ...rest] = quoted(first)
    const stem = whole.replace(/_[A-Z]+$/, '')
    return [whole, ...rest.map(name => (name.startsWith('_') ? stem + name : name))].map(code => ({
      code,
      status: Number(status),
      challenge: quoted(challenge)[0],
    }))
  })
  t.same(rows.map(({ code }) => code).sort(), [...codes].sort())
  for (const { code, status, challenge } of rows) {
    const error = new TokenError(
      code as TokenErrorCode,
      code === 'ERR_INSUFFICIENT_SCOPE' ? { scope: 'a' } : {},
    )
    t.equal(error.status, status, code)
    const header = error.headers['www-authenticate']
    const said = challenge === 'Retry-After' ? undefined : challenge
    t.equal(header?.replace(/, (error_description|scope)=.*$/, ''), said, code)
    t.equal('retry-after' in error.headers, challenge === 'Retry-After', code)
  }
})

t.test('every event is in the table, with its reasons', async t => {
  const source = read('packages/core/src/events.ts')
  const union = source.slice(source.indexOf('export type TokenEvent'), source.indexOf('export type Publish'))
  const types = [...union.matchAll(/type: ((?:'\w+'(?: \| )?)+)/g)].flatMap(([, names = '']) =>
    [...names.matchAll(/'(\w+)'/g)].map(([, name = '']) => name),
  )
  const rows = tableOf(readme, 'Events')
  t.same(rows.flatMap(([first]) => quoted(first)).sort(), types.sort())
  const reasons = /RevocationReason = (.*)/.exec(source)?.[1]?.match(/\w+/g) ?? []
  const revoked = rows.find(([first]) => first?.includes('`revoked`'))
  t.same(
    reasons.filter(reason => !quoted(revoked?.[1]).includes(reason)),
    [],
  )
})

const manifests = await Promise.all(
  (await readdir(new URL('packages', root))).map(name => JSON.parse(read(`packages/${name}/package.json`))),
)

t.test('what a package needs is what the table says, no more and no less', async t => {
  const rows = tableOf(readme, 'Compatibility')
  const row = (name: string): string => rows.find(([first]) => first === name)?.[1] ?? ''
  const rangeOf = (versions: string, sign = '^'): string =>
    [...versions.matchAll(/\b(\d+)(?:\.(\d+))?/g)]
      .map(([, major, minor = '0']) => `${sign}${major}.${minor}.0`)
      .join(' || ')
  const [ioredis = '', redis = ''] = row('clients of Redis').split('; ')
  const peers: Record<string, object> = {
    '@tokenratchet/redis': { ioredis: rangeOf(ioredis), redis: rangeOf(redis) },
    '@tokenratchet/fastify': {
      '@fastify/jwt': rangeOf(row('@fastify/jwt')),
      fastify: rangeOf(row('Fastify')),
    },
    '@tokenratchet/express': { express: rangeOf(row('Express')) },
  }
  for (const { name, engines, peerDependencies } of manifests) {
    t.same(engines, { node: rangeOf(row('Node'), '>=') }, name)
    t.same(peerDependencies, peers[name], name)
  }
})

t.test('the newest version of the changelog is that of every package', async t => {
  const [, newest] = /^## \[(\d[^\]]*)\]/m.exec(texts.get('CHANGELOG.md') ?? '') ?? []
  t.same([...new Set(manifests.map(({ version }) => version))], [newest])
})

t.test('what a package exports has a docstring', async t => {
  const exportsOf = (source: string, file: URL): [string, URL][] =>
    [...source.matchAll(/export (?:type )?\{([^}]*)\} from '(\.[^']*)\.js'/g)].flatMap(
      ([, names = '', path = '']) =>
        names
          .split(',')
          .map(name => name.trim().replace(/^type /, ''))
          .filter(name => name !== '' && !name.endsWith(' as default'))
          .map((name): [string, URL] => [name, new URL(`${path}.ts`, file)]),
    )
  /** The source that declares it, though another file hands it on. */
  const sourceOf = (name: string, file: URL): string => {
    const source = readFileSync(file, 'utf8')
    const onwards = exportsOf(source, file).find(([each]) => each === name)
    return onwards === undefined ? source : sourceOf(name, onwards[1])
  }
  const bare: string[] = []
  let found = 0
  for (const entry of [
    'core/src/index.ts',
    'core/src/http/index.ts',
    'core/src/testing/index.ts',
    'fastify/src/index.ts',
    'fastify/src/jwt.ts',
    'fastify/src/user.ts',
    'express/src/index.ts',
    'express/src/user.ts',
    'redis/src/index.ts',
    'client/src/index.ts',
  ]) {
    const file = new URL(`packages/${entry}`, root)
    const source = readFileSync(file, 'utf8')
    const here = [...source.matchAll(/^export (?:interface|function|const|class) (\w+)/gm)].map(
      ([, name = '']): [string, URL] => [name, file],
    )
    for (const [name, at] of [...exportsOf(source, file), ...here]) {
      found++
      const declaration = new RegExp(
        `\\*/\\n(?:// biome-ignore .*\\n)?export (?:interface|type|function|async function|const|class) ${name}\\b`,
      )
      if (!declaration.test(sourceOf(name, at))) {
        bare.push(`${entry}: ${name}`)
      }
    }
  }
  t.same(bare, [])
  t.ok(found > 60, `${found} exports`)
})
