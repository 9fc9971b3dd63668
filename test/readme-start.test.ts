// The README's first steps, by somebody who has nothing else: from an empty folder to a guarded route.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { some } from './helpers/effort.js'
import { emptyFolder, emptyProject, npmInstall, packed, repository } from './helpers/packed.js'
import { plain } from './helpers/plain.js'
import { freePort } from './helpers/redis.js'

/** What the README leaves to its reader. */
const checkPassword = `
async function checkPassword({ email, password }) {
  if (password !== 'correct horse') throw Object.assign(new Error('Wrong password'), { statusCode: 401 })
  return { id: '7', role: 'member', email }
}
`

const readme = await readFile(join(repository, 'README.md'), 'utf8')
const blocks = Array.from(readme.matchAll(/^```js\n(.*?)^```$/gms), ([, code = '']) => code)
const [start = '', file = ''] = /^TOKEN_SECRET=.* node (\S+)$/m.exec(readme) ?? []
const folder = await emptyFolder()
const tarballs = await packed(join(folder, 'packages'))

t.jobs = 2
// A whole run installs one: docs-run.test.ts runs the code of both.
for (const framework of some(['fastify', 'express'], 1)) {
  t.test(
    `${framework}: a guarded route answers within two minutes of an empty folder`,
    { buffered: true },
    async t => {
      const begun = performance.now()
      const code = blocks.find(block => block.includes(`from '${framework}'`)) ?? ''
      const install = /\/\/ npm install (.*)$/m.exec(code)?.[1]?.split(' ') ?? []
      t.ok(install.includes(`@tokenratchet/${framework}`), `npm install ${install.join(' ')}`)
      const project = await emptyProject(join(folder, framework))
      // Published, core comes by itself.
      await npmInstall([...install, '@tokenratchet/core'], tarballs, project)
      // Another process may have the README's port.
      const port = await freePort()
      t.match(code, /\b3000\b/)
      await writeFile(join(project, file), code.replace(/\b3000\b/, `${port}`) + checkPassword)
      const server = serve(project)

      const base = `http://127.0.0.1:${port}`
      const refused = await answered(`${base}/me`, server)
      t.equal(refused.status, 401)
      t.equal(refused.headers.get('www-authenticate'), 'Bearer')
      const login = await fetch(`${base}/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'ada@example.com', password: 'correct horse' }),
      })
      t.match(await login.json(), { user: { email: 'ada@example.com' }, expires_in: 600 })
      const cookies = login.headers.getSetCookie()
      t.equal(cookies.length, 2)
      const headers = { cookie: cookies.map(cookie => cookie.replace(/;.*/, '')).join('; ') }
      const me = await fetch(`${base}/me`, { headers })
      t.match(await me.json(), { sub: '7', role: 'member' })
      const headersOfPage = { ...headers, 'sec-fetch-site': 'same-origin' }
      const refresh = await fetch(`${base}/auth/refresh`, { method: 'POST', headers: headersOfPage })
      t.same(await refresh.json(), { expires_in: 600 })
      const seconds = (performance.now() - begun) / 1000
      t.ok(seconds < 120, `${seconds.toFixed(1)} s`)
    },
  )
}

/** The app, by the README's command, until the test ends. */
function serve(project: string): ChildProcess {
  // The Node of this test; and in place of the shell, so that it is the app that is ended.
  const command = start.replace(' node ', ' exec "$0" ')
  const child = spawn(...plain('sh', ['-c', command, process.execPath]), {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  t.teardown(async () => {
    if (child.kill('SIGTERM')) {
      await once(child, 'close')
    }
  })
  return child
}

/** The answer of a server that is about to start. */
async function answered(url: string, server: ChildProcess): Promise<Response> {
  while (server.exitCode === null) {
    try {
      return await fetch(url)
    } catch {
      await sleep(50)
    }
  }
  throw new Error('The app ended')
}
