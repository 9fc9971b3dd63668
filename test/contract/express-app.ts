import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import tokenratchet, { type Middleware, type Tokenratchet } from '@tokenratchet/express'
import type express from 'express'
import type { AppDescription, AppRoute, Call, Reply, RunningApp } from './app.js'

/**
 * Express 4 and 5 are used alike, but that 4 does not forward rejections: here as its users must do it.
 *
 * @param before a middleware in front of ours
 */
export async function startExpress(
  framework: typeof express,
  { options, routes, trustProxy = false, hasOwnErrors = false, first }: AppDescription,
  before?: express.RequestHandler,
): Promise<RunningApp> {
  const app = framework()
  const auth = tokenratchet(options as Parameters<typeof tokenratchet>[0])
  app.set('trust proxy', trustProxy)
  // Otherwise Express prints errors that are left to it.
  app.set('env', 'test')
  app.use((request, response, next) => {
    first?.(request, response)
    next()
  })
  if (before !== undefined) {
    app.use(before)
  }
  app.use(auth.middleware)
  app.use(framework.json())
  for (const { method, path, auth: guard, handle } of routes) {
    const verb = method.toLowerCase() as 'get'
    const guards = guard === undefined ? [] : [guardOf(auth, guard)]
    app[verb](path, ...guards, (request, response, next) => {
      let isHijacked = false
      const call: Call = {
        user: (request as { user?: Call['user'] }).user,
        body: request.body,
        claims: () => auth.claimsOf(request),
        issueTokens: grant => response.issueTokens(grant),
        revokeTokens: () => response.revokeTokens(),
        hijack() {
          isHijacked = true
          return response
        },
      }
      Promise.resolve(call)
        .then(handle)
        .then(answer => isHijacked || send(response, answer))
        .catch(next)
    })
  }
  const errors: unknown[] = []
  app.use(((error, _request, _response, next) => {
    errors.push(error)
    next(error)
  }) satisfies express.ErrorRequestHandler)
  const own: express.ErrorRequestHandler = (error, _request, response, _next) => {
    response.status(error.status ?? 500).json({ message: error.message })
  }
  app.use(hasOwnErrors ? own : auth.errorHandler())
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    server,
    errors,
    tokens: auth.tokens,
    authenticateRequest: (request, demands) => auth.authenticateRequest(request, demands),
    refuseUpgrade: (socket, error) => auth.refuseUpgrade(socket, error),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
      await auth.close()
    },
  }
}

function send(response: express.Response, { status = 200, headers = {}, body = {} }: Reply): void {
  response.status(status).set(headers)
  if (body instanceof Readable) {
    body.pipe(response)
  } else if (body === null) {
    response.end()
  } else if (typeof body === 'string') {
    response.send(body)
  } else {
    response.json(body)
  }
}

function guardOf(auth: Tokenratchet, guard: NonNullable<AppRoute['auth']>): Middleware {
  return guard === true ? auth.authenticate : guard === 'optional' ? auth.optional : auth.require(guard)
}
