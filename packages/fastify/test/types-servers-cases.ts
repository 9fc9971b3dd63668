// Programs over every kind of server that Fastify has. A comment at the end of a line announces the error that the
// compiler must find.

/** All that the plugin adds, used on an `app`. */
const uses = `
await app.register(tokenratchet, { secret: 'x' })
app.get('/config', { config: { auth: true } }, async () => 1)
app.get('/scope', { config: { auth: { scope: 'read' } } }, async () => 1)
app.get('/typo', { config: { auth: 'sometimes' } }, async () => 1) // TS2322
app.get('/hook', { onRequest: app.authenticate }, async () => 1)
app.get('/hooks', { onRequest: [app.authenticate], preHandler: app.authenticate }, async () => 1)
app.route({ method: 'GET', url: '/route', preValidation: app.authenticate, handler: async () => 1 })
app.addHook('onRequest', app.authenticate)
app.addHook('preHandler', app.authenticate)
app.addHook('onRequest', async (request, reply) => {
  await app.authenticate(request, reply)
  await app.authenticate(request) // TS2554
})
app.addHook('onRequest', (request, reply, done) => app.authenticate(request, reply, done))
app.post('/login', async (_request, reply) => {
  const { expires_in } = await reply.issueTokens({ subject: 'ada' })
  const text: string = expires_in // TS2322
  await reply.issueTokens({}) // TS2769
  const { access_token } = await reply.issueTokens({ subject: 'ada', transport: 'body' })
  await reply.revokeTokens()
  return { text, access_token }
})
app.register(async scope => {
  scope.get('/child', { config: { auth: 'optional' }, onRequest: scope.authenticate }, async () => 1)
})
export const sid: string = app.tokens.verify('').sid
`

const begin = `
import { readFileSync } from 'node:fs'
import tokenratchet from '@tokenratchet/fastify'
import Fastify, { type FastifyBaseLogger, type FastifyTypeProvider } from 'fastify'

const https = { key: readFileSync('key'), cert: readFileSync('cert') }
`

const logger = `
interface Logger extends FastifyBaseLogger {
  audit(text: string): void
}
declare const logger: Logger
`

const provider = `
interface Provider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends { readonly kind: infer Kind } ? Kind : unknown
  readonly serializer: unknown
}
`

/** How an `app` is made. Plain http is in the other programs. */
const servers: Record<string, string> = {
  https: 'const app = Fastify({ https })',
  http2: 'const app = Fastify({ http2: true })',
  'http2 with TLS': 'const app = Fastify({ http2: true, https })',
  'http2 with TLS that takes http/1.1 too':
    'const app = Fastify({ http2: true, https: { ...https, allowHTTP1: true } })',
  'http with a logger and a type provider of its own': `${logger}${provider}
const app = Fastify({ loggerInstance: logger }).withTypeProvider<Provider>()
app.log.audit('')`,
  'http2 with a logger and a type provider of its own': `${logger}${provider}
const app = Fastify({ http2: true, loggerInstance: logger }).withTypeProvider<Provider>()
app.log.audit('')`,
}

const programsOfServers = Object.entries(servers).map(
  ([what, app]) =>
    [`app, reply and config are typed over ${what}`, { 'app.mts': begin + app + uses }] as const,
)

export const serverPrograms: Record<string, Record<string, string>> = {
  ...Object.fromEntries(programsOfServers),

  'app.authenticate is a hook in a plugin that is generic over its server': {
    'plugin.mts': `${begin}
import type { FastifyInstance, RawServerBase } from 'fastify'

export async function plugin<Server extends RawServerBase>(app: FastifyInstance<Server>): Promise<void> {
  app.addHook('onRequest', app.authenticate)
}
await Fastify({ http2: true }).register(tokenratchet, { secret: 'x' })
`,
  },
}
