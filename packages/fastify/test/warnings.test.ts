import { Writable } from 'node:stream'
import tokenratchet from '@tokenratchet/fastify'
import Fastify, { type FastifyServerOptions } from 'fastify'
import t, { type Test } from 'tap'
import { collectWarnings, inProduction, type OurWarning } from '../../../test/helpers/warnings.js'
import { secret } from './app.js'

interface Told {
  /** Lines of the application's log. */
  readonly lines: { level: number; code?: string; msg: string }[]
  readonly warnings: OurWarning[]
}

/** What an application with three mistakes says of them. */
async function told(t: Test, options: FastifyServerOptions, onEvent?: () => void): Promise<Told> {
  inProduction(t)
  const warnings = collectWarnings(t)
  const lines: Told['lines'] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(chunk))
      done()
    },
  })
  const { logger } = options
  const app = Fastify({ ...options, ...(typeof logger === 'object' && { logger: { ...logger, stream } }) })
  t.teardown(() => app.close())
  await app.register(tokenratchet, { secret, accessTokenLifetime: '2d', ...(onEvent && { onEvent }) })
  app.post('/login', async (_request, reply) => reply.issueTokens({ subject: 'ada' }))
  const headers = { origin: 'http://shop.test', host: 'shop.test' }
  t.equal((await app.inject({ method: 'POST', url: '/login', headers })).statusCode, 200)
  return { lines: lines.filter(({ level }) => level >= 40), warnings: await warnings() }
}

const codes = [
  'TOKENRATCHET_MEMORY_STORE_IN_PRODUCTION',
  'TOKENRATCHET_LONG_ACCESS_TOKEN_LIFETIME',
  'TOKENRATCHET_SECURE_COOKIE_OVER_HTTP',
]

t.test('warnings go into the log of the application, where there is no onEvent', async t => {
  const { lines, warnings } = await told(t, { logger: { level: 'warn' } })
  t.same(
    lines.map(({ code, level }) => [code, level]),
    codes.map(code => [code, 40]),
  )
  t.match(lines[0]?.msg, /^Sessions are in the memory of this process/)
  t.same(warnings, [])
})

t.test('without a logger the process prints them', async t => {
  const { warnings } = await told(t, {})
  t.same(
    warnings.map(({ code }) => code),
    codes,
  )
})

t.test('a logger that is set to say nothing is obeyed', async t => {
  const { lines, warnings } = await told(t, { logger: { level: 'silent' } })
  t.same([lines, warnings], [[], []])
})

t.test('with onEvent nothing is printed', async t => {
  const { lines, warnings } = await told(t, { logger: { level: 'warn' } }, () => {})
  t.same([lines, warnings], [[], []])
})
