// The example apps when something is wrong: what they answer is the same JSON, and tells nothing about their insides.
import { createRequire } from 'node:module'
import t from 'tap'
import { Browser, examples, fileOf, password, start } from './helpers/example.js'

const json = { 'content-type': 'application/json' }
const good = { email: 'ada@example.com', password }

for (const example of examples) {
  t.test(example, async t => {
    const databaseFile = `${t.testdir()}/example.db`
    const app = await start(example, { DATABASE_FILE: databaseFile })
    const browser = new Browser(app)

    t.test('refusals are JSON, with the headers of every answer', async t => {
      const rows: [string, Parameters<Browser['send']>, object][] = [
        [
          'no such route',
          ['/nope?a=b', { method: 'GET' }],
          { statusCode: 404, error: 'Not Found', message: 'Route GET:/nope?a=b not found' },
        ],
        [
          'no such method',
          ['/login', { method: 'OPTIONS' }],
          { statusCode: 404, error: 'Not Found', message: 'Route OPTIONS:/login not found' },
        ],
        [
          'malformed JSON',
          ['/login', { method: 'POST', headers: json, body: `{"password":"${password}"` }],
          {
            statusCode: 400,
            error: 'Bad Request',
            message: 'Bad Request',
          },
        ],
        [
          'not what the schema says',
          ['/login', { method: 'POST', headers: json, body: '{}' }],
          {
            statusCode: 400,
            error: 'Bad Request',
            message: 'An email address and a password are required',
          },
        ],
        [
          'no body',
          ['/login', { method: 'POST' }],
          {
            statusCode: 400,
            error: 'Bad Request',
            message: 'An email address and a password are required',
          },
        ],
        [
          'over 8 KiB',
          ['/login', { method: 'POST', headers: json, body: JSON.stringify('a'.repeat(8191)) }],
          {
            statusCode: 413,
            error: 'Payload Too Large',
            message: 'Payload Too Large',
          },
        ],
        [
          'no JSON',
          [
            '/login',
            { method: 'POST', headers: { 'content-type': 'text/plain' }, body: JSON.stringify(good) },
          ],
          example === 'fastify'
            ? { statusCode: 415, error: 'Unsupported Media Type', message: 'Unsupported Media Type' }
            : {
                statusCode: 400,
                error: 'Bad Request',
                message: 'An email address and a password are required',
              },
        ],
        [
          'no access token',
          ['/me', { method: 'GET' }],
          {
            statusCode: 401,
            code: 'ERR_ACCESS_TOKEN_MISSING',
            error: 'Unauthorized',
            message: 'An access token is required',
          },
        ],
        [
          'a range that the file has not',
          ['/app.js', { method: 'GET', headers: { range: 'bytes=999999-' } }],
          { statusCode: 416, error: 'Range Not Satisfiable', message: 'Range Not Satisfiable' },
        ],
      ]
      for (const [name, request, body] of rows) {
        const answer = await browser.send(...request)
        t.same(answer.body, body, name)
        t.match(answer, { status: answer.body['statusCode'] }, name)
        t.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8', name)
        t.match(answer.headers.get('content-security-policy'), /default-src 'none'/, name)
        t.equal(answer.headers.get('x-powered-by'), null, name)
      }
      const { headers, status } = await fetch(`${app.url}/%`)
      t.match(status, /^40[04]$/)
      t.ok(headers.get('content-security-policy'))
    })

    t.test('a fault of the program is a 500 without details, which are in the log', async t => {
      dropUsers(databaseFile)
      for (const path of ['/register', '/login', '/token']) {
        const { status, body } = await browser.post(path, good)
        t.equal(status, 500, path)
        t.same(
          body,
          { statusCode: 500, error: 'Internal Server Error', message: 'Internal Server Error' },
          path,
        )
      }
      t.match(app.stdout, /"level":50.*no such table: users/)
    })

    t.test('no body of a request is in the log', async t => {
      t.notOk((app.stdout + app.stderr).includes(password))
    })
  })
}

function dropUsers(databaseFile: string): void {
  const Database = createRequire(fileOf('fastify', 'package.json'))('libsql')
  const database = new Database(databaseFile)
  database.exec('DROP TABLE users')
  database.close()
}
