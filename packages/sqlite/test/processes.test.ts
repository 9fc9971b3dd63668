// Several processes on one file, and processes that are killed.
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createTokens, type Issued } from '@tokenratchet/core'
import { sqliteStore } from '@tokenratchet/sqlite'
import Database from 'libsql'
import t, { type Test } from 'tap'

interface Answer {
  readonly id: number
  readonly answer?: Issued
  readonly code?: string
}

class Writer {
  readonly child: ChildProcess
  #asked = 0
  readonly #waiting = new Map<number, (answer: Answer) => void>()

  constructor(child: ChildProcess) {
    this.child = child
    child.on('message', (answer: Answer) => {
      this.#waiting.get(answer.id)?.(answer)
      this.#waiting.delete(answer.id)
    })
  }

  ask(what: { refresh: string } | { logOut: string }): Promise<Answer> {
    const id = ++this.#asked
    return new Promise(resolve => {
      this.#waiting.set(id, resolve)
      this.child.send({ id, ...what })
    })
  }
}

async function start(t: Test, file: string, secret: string): Promise<Writer> {
  const path = fileURLToPath(new URL('writer.ts', import.meta.url))
  const child = fork(path, [file, secret], { execArgv: ['--import=tsx'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child, 'message')
  return new Writer(child)
}

function setUp(t: Test) {
  const file = `${t.testdir()}/app.db`
  const secret = randomBytes(32).toString('base64url')
  const database = new Database(file)
  t.teardown(() => database.close())
  const store = sqliteStore(database)
  return { file, secret, store, tokens: createTokens({ secret, store }) }
}

t.test(
  'a hundred parallel refreshes of one token from three processes all succeed, each with its own successor',
  async t => {
    const { file, secret, tokens } = setUp(t)
    t.teardown(() => tokens.close())
    const writers = await Promise.all([1, 2, 3].map(() => start(t, file, secret)))
    const { refreshToken } = await tokens.issue({ subject: 'ada' })
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        (writers[index % 3] as Writer).ask({ refresh: refreshToken }),
      ),
    )
    t.same(
      answers.flatMap(({ code }) => code ?? []),
      [],
    )
    const successors = new Set(answers.map(({ answer }) => answer?.refreshToken))
    t.equal(successors.size, 100)
    const [first, second] = [...successors] as [string, string]
    t.ok((await writers[0]?.ask({ refresh: first }))?.answer)
    t.equal(
      (await writers[1]?.ask({ refresh: second }))?.code,
      'ERR_INVALID_GRANT',
      'the first that is used wins',
    )
    t.equal((await tokens.sessions('ada')).length, 0)
  },
)

t.test('a process that is killed while it writes logs nobody out, and undoes no log-out', async t => {
  const { file, secret, store, tokens } = setUp(t)
  t.teardown(() => tokens.close())
  const users = await Promise.all(
    Array.from({ length: 24 }, async (_, index) => {
      const { refreshToken, sid } = await tokens.issue({ subject: `user ${index}` })
      return { token: refreshToken, sid, isOut: false }
    }),
  )
  for (let round = 0; round < 4; round++) {
    const writer = await start(t, file, secret)
    const alive = users.filter(({ isOut }) => !isOut)
    let answered = 0
    const done = alive.map(async (user, index) => {
      for (let turn = 0; turn < 40; turn++) {
        const isLeaving = index === round && turn === 3
        const { answer, code } = await writer.ask(
          isLeaving ? { logOut: user.token } : { refresh: user.token },
        )
        if (code !== undefined) {
          throw new Error(code)
        }
        answered++
        if (isLeaving) {
          user.isOut = true
          return
        }
        user.token = answer?.refreshToken ?? ''
      }
    })
    const failed: unknown[] = []
    for (const each of done) {
      each.catch(error => failed.push(error))
    }
    const { promise: enough, resolve } = deferred()
    const timer = setInterval(() => answered > 200 && resolve(), 1)
    await enough
    clearInterval(timer)
    writer.child.kill('SIGKILL')
    await once(writer.child, 'exit')
    t.same(failed, [])
  }
  const out = users.filter(({ isOut }) => isOut)
  t.equal(out.length, 4)
  for (const user of users) {
    const refreshed = tokens.refresh(user.token)
    await (user.isOut
      ? t.rejects(refreshed, { code: 'ERR_INVALID_GRANT' })
      : t.resolves(refreshed, 'the last token that was answered still works'))
  }
  const announced = new Set((await store.revokedSince()).revoked.map(({ sid }) => sid))
  t.ok(out.every(({ sid }) => announced.has(sid)))
})

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>(done => {
    resolve = done
  })
  return { promise, resolve }
}
