// `pnpm new`: a copy of an example that is an application of its own, installed and run as its owner would.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import { some } from './helpers/effort.js'
import { emptyFolder, json, npmFlags, pnpm, pnpmOfCi, repository, run } from './helpers/packed.js'
import { plain } from './helpers/plain.js'

const folder = await emptyFolder()

/** Each framework and each size, by both package managers. test/copy-out.test.ts has the other halves. */
const rows = some(
  [
    ['npm', '--fastify'],
    ['pnpm', '--express', '--minimal'],
    ['pnpm', '--express'],
    ['pnpm', '--fastify', '--minimal'],
    ['npm', '--express', '--minimal'],
    ['npm', '--fastify', '--minimal'],
  ] as const,
  2,
)

t.jobs = 2
for (const [manager, ...flags] of rows) {
  t.test(
    `${flags.join(' ')}: installs with ${manager}, starts, and knows its user`,
    { buffered: true },
    async t => {
      const app = join(folder, `${manager}${flags.join('')}`)
      const printed = await pnpm(['new', app, ...flags], repository)
      t.match(printed, `cd ${app}\n`)
      await refersToNothingHere(t, app)
      if (manager === 'npm') {
        await run('npm', ['install', ...npmFlags], app)
      } else {
        await pnpm(['install', '--prefer-offline'], app)
      }
      await works(t, await start(t, app, manager))
    },
  )
}

t.test('a copy is refused before anything is built, with a message and without a stack', async t => {
  const full = join(folder, 'full')
  await mkdir(join(full, 'mine'), { recursive: true })
  const cases: Record<string, readonly [args: string[], message: RegExp]> = {
    'into a folder that is not empty': [[full, '--fastify'], /full is not empty/],
    'with an unknown option': [[join(folder, 'a'), '--koa'], /Unknown option: --koa\nUsage: pnpm new FOLDER/],
    'of both frameworks': [[join(folder, 'a'), '--fastify', '--express'], /Choose one framework/],
  }
  for (const [name, [args, message]] of Object.entries(cases)) {
    const failure = await run(process.execPath, ['scripts/new.mjs', ...args], repository).catch(
      error => error,
    )
    t.match(failure.message, message, name)
    t.notMatch(failure.message, /\n {4}at |Building/, name)
  }
  t.same(await readdir(full), ['mine'])
  t.notOk((await readdir(folder)).includes('a'))
})

/** Neither the text of a copy nor its packages name a folder of this machine, or a registry. */
async function refersToNothingHere(t: Test, app: string): Promise<void> {
  const { dependencies } = await json(join(app, 'package.json'))
  const ours = Object.entries<string>(dependencies).filter(([name]) => name.startsWith('@tokenratchet/'))
  t.ok(ours.length >= 3)
  for (const [name, spec] of ours) {
    t.match(spec, /^file:\.\/vendor\/[\w.-]+\.tgz$/, name)
  }
  const unpacked = join(folder, `unpacked-${app.slice(folder.length + 1)}`)
  await mkdir(unpacked)
  for (const file of await readdir(join(app, 'vendor'))) {
    if (file.endsWith('.tgz')) {
      await mkdir(join(unpacked, file))
      await run('tar', ['-xzf', join(app, 'vendor', file)], join(unpacked, file))
    }
  }
  const local = [
    repository.replace(/\/$/, ''),
    `${tmpdir()}/`,
    `${homedir()}/`,
    'registry.npmjs',
    'localhost:4873',
  ]
  const found: string[] = []
  for (const top of [app, unpacked]) {
    for (const entry of await readdir(top, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name)
      const text = entry.isFile() ? await readFile(file, 'latin1') : ''
      found.push(...local.filter(part => text.includes(part)).map(part => `${file}: ${part}`))
    }
  }
  t.same(found, [])
}

/** Starts the copy with `npm start` or `pnpm start`, and ends all of its processes with the test. */
async function start(t: Test, app: string, manager: 'npm' | 'pnpm'): Promise<string> {
  const command =
    manager === 'npm' ? plain('npm', ['start']) : plain('npx', ['-y', await pnpmOfCi(), 'start'])
  const child = spawn(...command, {
    cwd: app,
    env: { ...process.env, NODE_ENV: '', REDIS_URL: '', TOKEN_SECRET: '', PORT: '0' },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  t.teardown(async () => {
    const exit = once(child, 'exit')
    process.kill(-(child.pid ?? Number.NaN), 'SIGTERM')
    await exit
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /^listening on (http:\S+)$/.exec(line) ?? []
    if (url !== undefined) {
      child.stdout.resume()
      return url
    }
  }
  throw new Error('The copy did not start')
}

/** A login, a guarded route with it and without, a refresh, and the same route again. */
async function works(t: Test, url: string): Promise<void> {
  const user = { email: 'ada@example.com', password: 'correct horse' }
  let cookie = ''
  const send = async (method: string, path: string, body?: object): Promise<Response> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        cookie,
        'x-requested-with': 'test',
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const cookies = response.headers.getSetCookie().map(line => line.replace(/;.*/, ''))
    cookie = cookies.length > 0 ? cookies.join('; ') : cookie
    return response
  }
  t.equal((await send('GET', '/me')).status, 401, 'guarded')
  // The minimal ones have their user already.
  await send('POST', '/register', user)
  t.equal((await send('POST', '/login', user)).status, 200, 'login')
  t.equal((await send('GET', '/me')).status, 200, 'guarded, with the cookies of the login')
  const before = cookie
  t.equal((await send('POST', '/auth/refresh')).status, 200, 'refresh')
  t.not(cookie, before)
  t.equal((await send('GET', '/me')).status, 200, 'guarded, with the cookies of the refresh')
}
