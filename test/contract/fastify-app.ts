import type { AddressInfo } from 'node:net'
import tokenratchet from '@tokenratchet/fastify'
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify'
import type { AppDescription, Call, RunningApp } from './app.js'

/** What an application of Fastify alone has, in front of our plugin and behind it. */
export interface FastifyExtensions {
  before?(app: FastifyInstance): Promise<void>
  after?(app: FastifyInstance): void
}

export async function startFastify(
  { options, routes, trustProxy = false, hasOwnErrors = false, first }: AppDescription,
  { before, after }: FastifyExtensions = {},
): Promise<RunningApp> {
  const app = Fastify({ trustProxy })
  const errors: unknown[] = []
  app.addHook('onError', async (_request, _reply, error) => void errors.push(error))
  app.addHook('onRequest', async (request, reply) => first?.(request.raw, reply.raw))
  if (hasOwnErrors) {
    app.setErrorHandler<FastifyError>((error, _request, reply) =>
      reply.code(error.statusCode ?? 500).send({ message: error.message }),
    )
  }
  await before?.(app)
  await app.register(tokenratchet, options as Parameters<typeof tokenratchet>[1])
  after?.(app)
  for (const { method, path, auth, handle } of routes) {
    app.route({
      method,
      url: path,
      config: { auth },
      async handler(request, reply) {
        const answer = await handle({
          user: userOf(request),
          body: request.body,
          claims: () => app.claimsOf(request),
          issueTokens: grant => reply.issueTokens(grant),
          revokeTokens: () => reply.revokeTokens(),
          hijack: () => reply.hijack().raw,
        })
        if (reply.sent) {
          return reply
        }
        const { status = 200, headers = {}, body = {} } = answer
        return reply
          .code(status)
          .headers(headers)
          .send(body ?? undefined)
      },
    })
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return {
    port,
    server: app.server,
    errors,
    tokens: app.tokens,
    authenticateRequest: (request, demands) => app.authenticateRequest(request, demands),
    refuseUpgrade: (socket, error) => app.refuseUpgrade(socket, error),
    close: () => app.close(),
  }
}

/** As an untyped program sees it: the types of `request.user` are the application's choice. */
function userOf(request: FastifyRequest): Call['user'] {
  return (request as unknown as { user: Call['user'] }).user
}
