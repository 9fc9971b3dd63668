import { TokenError } from '@tokenratchet/fastify'
import type { FastifyError, FastifyPluginAsync } from 'fastify'
import t from 'tap'
import { names, testApp, who } from './app.js'

/** Requests that are refused by an error, each of another code. */
const requests: Record<string, [headers: Record<string, string>, status: number, code: string]> = {
  nobody: [{}, 401, 'ERR_ACCESS_TOKEN_MISSING'],
  'no token of ours': [{ authorization: 'Bearer x' }, 401, 'ERR_ACCESS_TOKEN_INVALID'],
  'a malformed token': [{ authorization: 'Bearer' }, 400, 'ERR_INVALID_REQUEST'],
  'a page of another site': [
    { cookie: `${names.access}=x`, 'sec-fetch-site': 'cross-site' },
    403,
    'ERR_FORBIDDEN_ORIGIN',
  ],
}

t.test('an error handler of the application is given the error, and may pass it on', async t => {
  const { app } = await testApp(t)
  const seen: unknown[] = []
  const scoped: FastifyPluginAsync = async scope => {
    scope.setErrorHandler(error => {
      seen.push(error)
      throw error
    })
    scope.post('/scoped', { config: { auth: true } }, who)
  }
  await app.register(scoped)
  for (const [what, [headers, status, code]] of Object.entries(requests)) {
    const answer = await app.inject({ method: 'POST', url: '/scoped', headers })
    t.equal(answer.statusCode, status, what)
    const error = seen.at(-1)
    t.ok(error instanceof TokenError)
    t.match(error, { code, status })
    t.equal(answer.headers['www-authenticate'], (error as TokenError).headers['www-authenticate'])
  }
})

t.test('an error handler of the application finds the status where Fastify’s errors have it', async t => {
  const { app } = await testApp(t)
  app.setErrorHandler<FastifyError>((error, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ problem: error.code }),
  )
  for (const [what, [headers, status, problem]] of Object.entries(requests)) {
    const answer = await app.inject({ method: 'POST', url: '/me', headers })
    t.match([answer.statusCode, answer.json()], [status, { problem }], what)
  }
})
