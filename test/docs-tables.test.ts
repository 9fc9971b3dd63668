// That the tables of the documents have all names that the code has, and no other.

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { TokenError, type TokenErrorCode } from '@tokenratchet/core'
import { createHttpLayer } from '@tokenratchet/core/http'
import t from 'tap'
import { documents, membersOf } from './helpers/docs.js'
import { differences, type Named, namesIn, quoted, rowOf, tableOf } from './helpers/marks.js'

const root = new URL('..', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')
const texts = await documents()

const options = tableOf(texts, 'options')

/** What a first cell names, without the arguments of a call. */
const withoutArguments = ({ name, place }: Named): Named => ({ name: name.replace(/\(.*\)$/, ''), place })

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
  t.same(differences(options, namesIn(options).map(withoutArguments), inCode), [])
})

t.test('everything that a login takes is in its table', async t => {
  const members = await membersOf('packages/core/src/verbs/issue.ts', 'export type Grant<')
  const table = tableOf(texts, 'login')
  t.same(differences(table, namesIn(table), [...members, 'claims']), [])
})

t.test('every route that an option names is in its row', async t => {
  const names = await membersOf('packages/core/src/http/options.ts', 'const isRouteName')
  const { place, cells } = rowOf(options, '`routes`')
  t.same(
    names.filter(name => !quoted(cells[2]).includes(name)),
    [],
    place,
  )
})

t.test('defaults are those of the code', async t => {
  const sources = ['options.ts', 'values/times.ts', 'http/options.ts', 'http/cookie-options.ts'].map(file =>
    read(`packages/core/src/${file}`),
  )
  const source = [...sources, read('packages/fastify/src/options.ts')].join('\n')
  const day = 86_400
  const inDays = (seconds: number): string =>
    seconds % day === 0 ? `${seconds / day} * day` : `${seconds} seconds`
  /** How the code spells what it computes, with the seconds of the table's default. */
  const spelled: Record<string, (seconds: number) => string> = {
    accessTokenLifetime: seconds => `seconds('accessTokenLifetime', Math.min(${seconds},`,
    idleTimeout: seconds => `seconds('idleTimeout', Math.min(${inDays(seconds)},`,
    sessionLifetime: seconds => `seconds('sessionLifetime', ${inDays(seconds)},`,
    recoveryWindow: () => "seconds('recoveryWindow', idleTimeout,",
    maxStaleness: seconds => `seconds('maxStaleness', ${seconds},`,
    now: () => 'now = systemClock',
  }
  const wrong = options.rows.flatMap(({ place, cells: [first, fallback = ''] }) => {
    const values = fallback.split(', ')
    return quoted(first).flatMap((option, index) => {
      const name = option.replace(/\(.*\)$/, '').replace(/^cookie\./, '')
      const cell = values[index] ?? values[0] ?? ''
      const [value = /^\d+$/.exec(cell)?.[0]] = quoted(cell)
      const written = spelled[name]?.(secondsOf(value)) ?? (value && `${name} = ${value}`)
      const isSo = written === undefined || source.includes(written)
      return isSo ? [] : [`${place} \`${option}\` ${cell}: the code has no ${written}`]
    })
  })
  t.same(wrong, [])
  for (const name of [...Object.keys(spelled), 'sessionsPerSubject']) {
    t.not(rowOf(options, `\`${name}\``).cells[1], '', `${name} has a default`)
  }
})

/** Of a duration as an option takes it: `'10m'`. */
function secondsOf(value = ''): number {
  const [, number, unit = ''] = /^'(\d+)([smhd])'$/.exec(value) ?? []
  return Number(number) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? Number.NaN)
}

t.test('options of the store and of the client', async t => {
  const inClient = 'packages/client/src/options.ts'
  for (const [name, path, declaration] of [
    ['redis-options', 'packages/redis/src/store.ts', 'export interface RedisStoreOptions'],
    ['client-options', inClient, 'export interface ClientOptions'],
    ['client-events', inClient, 'interface ClientEvents'],
  ] as const) {
    const table = tableOf(texts, name)
    t.same(differences(table, namesIn(table), await membersOf(path, declaration)), [], name)
  }
  const methods = tableOf(texts, 'client-methods')
  const inCode = await membersOf(inClient, 'export interface Client extends')
  t.same(
    differences(
      methods,
      namesIn(methods).map(withoutArguments),
      inCode.filter(name => !name.endsWith('EventListener')),
    ),
    [],
  )
})

const { privateKey } = generateKeyPairSync('ed25519')
const secret = randomBytes(32).toString('base64')
const layer = createHttpLayer({ secret, signingKeys: privateKey.export({ format: 'jwk' }) })
const routes = layer.routes.map(({ method, path, hasSid }) => `${method} ${path}${hasSid ? '/:sid' : ''}`)

t.test('every route is in the tables, and nothing else', async t => {
  for (const name of ['routes', 'token-routes']) {
    const table = tableOf(texts, name)
    // The second also has what all of them share.
    const named = namesIn(table).filter(({ name: each }) => name === 'routes' || /^[A-Z]+ \//.test(each))
    t.same(differences(table, named, routes), [], name)
  }
})

function codesInCode(): TokenErrorCode[] {
  const source = read('packages/core/src/errors.ts')
  const union = source.slice(0, source.indexOf('\n\n'))
  return [...union.matchAll(/'(ERR_\w+)'/g)].map(([, code = '']) => code as TokenErrorCode)
}

t.test('every error is in the table, with its status and challenge', async t => {
  const codes = codesInCode()
  const table = tableOf(texts, 'errors')
  const rows = table.rows.flatMap(({ place, cells: [first, status, challenge = ''] }) => {
    const [whole = '', ...rest] = quoted(first)
    const stem = whole.replace(/_[A-Z]+$/, '')
    return [whole, ...rest.map(name => (name.startsWith('_') ? stem + name : name))].map(name => ({
      name,
      place,
      status: Number(status),
      challenge: quoted(challenge)[0],
    }))
  })
  t.same(differences(table, rows, codes), [])
  for (const { name, place, status, challenge } of rows.filter(({ name }) =>
    codes.some(code => code === name),
  )) {
    const code = name as TokenErrorCode
    const error = new TokenError(code, code === 'ERR_INSUFFICIENT_SCOPE' ? { scope: 'a' } : {})
    t.equal(error.status, status, `${place} ${code}`)
    const header = error.headers['www-authenticate']
    const said = challenge === 'Retry-After' ? undefined : challenge
    t.equal(header?.replace(/, (error_description|scope)=.*$/, ''), said, `${place} ${code}`)
    t.equal('retry-after' in error.headers, challenge === 'Retry-After', `${place} ${code}`)
  }
})

t.test('every event is in the table, with its reasons', async t => {
  const source = read('packages/core/src/events.ts')
  const [union = ''] = /^export type TokenEvent[\s\S]*?\n(?=\n)/m.exec(source) ?? []
  const types = [...union.matchAll(/type: ((?:'\w+'(?: \| )?)+)/g)].flatMap(([, names = '']) =>
    [...names.matchAll(/'(\w+)'/g)].map(([, name = '']) => name),
  )
  const table = tableOf(texts, 'events')
  t.same(differences(table, namesIn(table), types), [])
  const reasons = /RevocationReason = (.*)/.exec(source)?.[1]?.match(/\w+/g) ?? []
  const { place, cells } = rowOf(table, '`revoked`')
  t.same(
    reasons.filter(reason => !quoted(cells[1]).includes(reason)),
    [],
    place,
  )
})

t.test('the guides have every error code, every reason of `refused` and every event', async t => {
  const codes = tableOf(texts, 'troubleshooting-codes')
  t.same(differences(codes, namesIn(codes), codesInCode()), [])

  const source = read('packages/core/src/events.ts')
  const [refusals = ''] = /^export type Refusal[\s\S]*?\n(?=\n)/m.exec(source) ?? []
  const inCode = [...refusals.matchAll(/credential: '(\w+)'[\s\S]*?reason: ((?:'\w+'(?: \| )?)+)/g)].flatMap(
    ([, credential = '', reasons = '']) =>
      [...reasons.matchAll(/'(\w+)'/g)].map(([, reason]) => `${reason} of ${credential}`),
  )
  const table = tableOf(texts, 'troubleshooting-reasons')
  const named = table.rows.flatMap(({ place, cells: [reason, credentials] }) =>
    quoted(credentials).map(credential => ({ name: `${quoted(reason)[0]} of ${credential}`, place })),
  )
  t.same(differences(table, named, inCode), [])

  const alerts = tableOf(texts, 'alerts')
  const events = namesIn(tableOf(texts, 'events')).map(({ name }) => name)
  t.same(differences(alerts, namesIn(alerts), events), [])
})

const manifests = await Promise.all(
  (await readdir(new URL('packages', root))).map(name => JSON.parse(read(`packages/${name}/package.json`))),
)

t.test('what a package needs is what the table says, no more and no less', async t => {
  const table = tableOf(texts, 'compatibility')
  const rangeOf = (first: string, sign = '^'): string =>
    [...(rowOf(table, first).cells[1] ?? '').matchAll(/\b(\d+)(?:\.(\d+))?/g)]
      .map(([, major, minor = '0']) => `${sign}${major}.${minor}.0`)
      .join(' || ')
  const peers: Record<string, Record<string, string>> = {
    '@tokenratchet/redis': { ioredis: 'ioredis', redis: 'redis (node-redis)' },
    '@tokenratchet/fastify': { '@fastify/jwt': '@fastify/jwt', fastify: 'Fastify' },
    '@tokenratchet/express': { express: 'Express' },
  }
  for (const { name, engines, peerDependencies = {} } of manifests) {
    t.same(engines, { node: rangeOf('Node', '>=') }, `${rowOf(table, 'Node').place} ${name}`)
    const rows = Object.entries(peers[name] ?? {})
    t.same(Object.keys(peerDependencies).sort(), rows.map(([peer]) => peer).sort(), name)
    for (const [peer, first] of rows) {
      t.equal(peerDependencies[peer], rangeOf(first), `${rowOf(table, first).place} ${name}: ${peer}`)
    }
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
    'core/src/store/kit.ts',
    'core/src/testing/index.ts',
    'fastify/src/index.ts',
    'fastify/src/jwt.ts',
    'fastify/src/testing.ts',
    'fastify/src/user.ts',
    'express/src/index.ts',
    'express/src/testing.ts',
    'express/src/user.ts',
    'redis/src/index.ts',
    'sqlite/src/index.ts',
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
