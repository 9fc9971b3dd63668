import { createRequire } from 'node:module'
import tokenratchet from '@tokenratchet/fastify'
import Fastify, { type FastifyInstance, type FastifyPluginCallback } from 'fastify'
import t from 'tap'
import { secret } from './app.js'

// Required, not imported: its types would declare `request.user` for all tests.
const jwt = createRequire(import.meta.url)('@fastify/jwt') as FastifyPluginCallback<
  Names & { secret: string }
>

interface Names {
  decoratorName?: string
  namespace?: string
}

/** @fastify/jwt puts its claims on `request.user` too: one of the two has to move. */
const beside: Record<string, [ours: Omit<Names, 'namespace'>, theirs: Names, verify: string]> = {
  'its namespace and decoratorName': [
    {},
    { namespace: 'partner', decoratorName: 'partner' },
    'partnerJwtVerify',
  ],
  'its decoratorName': [{}, { decoratorName: 'partner' }, 'jwtVerify'],
  'our decoratorName': [{ decoratorName: 'session' }, {}, 'jwtVerify'],
}

t.test(
  'without our bridge @fastify/jwt may be in the same application, and neither takes the tokens of the other',
  async t => {
    for (const [what, [ours, theirs, verify]] of Object.entries(beside)) {
      for (const order of ['before', 'after'] as const) {
        const app = Fastify()
        t.teardown(() => app.close())
        if (order === 'before') {
          await app.register(jwt, { secret, ...theirs })
        }
        await app.register(tokenratchet, { secret, ...ours })
        if (order === 'after') {
          await app.register(jwt, { secret, ...theirs })
        }
        app.get('/ours', { config: { auth: true } }, async () => ({}))
        app.get('/theirs', async request => {
          await (request as unknown as Record<string, () => Promise<void>>)[verify]?.()
          return {}
        })
        const { accessToken } = await app.tokens.issue({ subject: 'ada', transport: 'body' })
        const signed = signerOf(app).sign({ sub: 'ada', sid: 'x', jti: 'x' })
        const statusOf = async (url: string, token: string) =>
          (await app.inject({ url, headers: { authorization: `Bearer ${token}` } })).statusCode
        t.equal(await statusOf('/ours', accessToken), 200, `${what}, registered ${order}`)
        t.equal(await statusOf('/theirs', signed), 200)
        t.equal(await statusOf('/ours', signed), 401)
        t.equal(await statusOf('/theirs', accessToken), 401)
      }
    }
  },
)

function signerOf(app: FastifyInstance): { sign(claims: object): string } {
  const { jwt } = app as unknown as {
    jwt: { partner?: { sign(claims: object): string }; sign(claims: object): string }
  }
  return jwt.partner ?? jwt
}
