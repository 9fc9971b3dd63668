import type { Grant } from '@tokenratchet/core'
import {
  createHttpLayer,
  type Demands,
  type IssueTokens,
  refuseUpgrade,
  type Warn,
} from '@tokenratchet/core/http'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import './augment.js'
import { authenticate, checkRoute, guardRoutes } from './guards.js'
import { handOver } from './hand-over.js'
import { isOfJwt } from './jwt-decorator.js'
import { splitOptions, type TokenratchetOptions } from './options.js'
import { AdaptedRequest, type AnyRequest, requestOf } from './request.js'
import { ReplyHeaders } from './response.js'
import { routesPlugin } from './routes.js'
import type { User } from './user-claims.js'

const plugin: FastifyPluginAsync<TokenratchetOptions> = async (app, options) => {
  const { global, decoratorName, rest } = splitOptions(options)
  checkFree(app, decoratorName)
  const layer = createHttpLayer<User>(rest, hasLog(app) ? { warn: warnInto(app) } : {})

  app.decorate('tokens', layer.tokens)
  app.decorate('authenticate', authenticate(layer, decoratorName))
  app.decorate('claimsOf', (request: AnyRequest) =>
    layer.claimsOf(requestOf(request), `add config: { auth: true } to ${nameOf(request)}`),
  )
  app.decorate('authenticateRequest', async (request: AnyRequest, demands?: Demands) =>
    layer.authenticateRequest(requestOf(request), demands),
  )
  app.decorate('refuseUpgrade', refuseUpgrade)
  handOver(app, { source: layer.jwt, decoratorName })
  if (!app.hasRequestDecorator(decoratorName)) {
    app.decorateRequest(decoratorName, null)
  }
  app.decorateReply('issueTokens', function (this: FastifyReply, grant: Grant<User>) {
    return layer.issueTokens(new AdaptedRequest(this.request), new ReplyHeaders(this), this.raw, grant)
  } as IssueTokens<User>)
  app.decorateReply('revokeTokens', function () {
    return layer.revokeTokens(new AdaptedRequest(this.request), new ReplyHeaders(this), this.raw)
  })

  app.addHook('onRoute', checkRoute)
  app.addHook('onRequest', guardRoutes(layer, decoratorName, global))
  // Errors that do not come from our guards need headers too, such as those of `request.jwtVerify()`.
  app.addHook('onError', (request, reply, error, done) => {
    layer.explainRefusal(new AdaptedRequest(request), reply.raw, error)
    done()
  })
  app.addHook('onReady', () => layer.tokens.ready())
  app.addHook('onClose', () => layer.tokens.close())
  await app.register(routesPlugin(layer.routes))
}

/**
 * Returns whether the app has a logger. Without one, `app.log` discards everything, so the process prints our warnings.
 */
function hasLog({ log }: FastifyInstance): boolean {
  return log.level !== undefined || log.warn !== log.trace
}

function warnInto({ log }: FastifyInstance): Warn {
  return ({ code, message }) => log.warn({ code }, message)
}

function nameOf(request: AnyRequest): string {
  return `${request.method} ${'raw' in request ? request.routeOptions.url : request.url}`
}

function checkFree(app: FastifyInstance, decoratorName: string): void {
  if (app.hasDecorator('tokens') || app.hasReplyDecorator('issueTokens')) {
    throw new Error(
      '@tokenratchet/fastify is registered already, or `app.tokens` or `reply.issueTokens` is taken by another plugin: register it once',
    )
  }
  const taken = ['authenticate', 'claimsOf', 'authenticateRequest', 'refuseUpgrade'].find(name =>
    app.hasDecorator(name),
  )
  if (taken !== undefined) {
    throw new Error(
      `\`app.${taken}\` is taken: another plugin has decorated it before @tokenratchet/fastify. Rename that decorator`,
    )
  }
  if (app.hasRequestDecorator(decoratorName) && !isOfJwt(app, decoratorName)) {
    throw new Error(
      `\`request.${decoratorName}\` is taken: pass another \`decoratorName\` to @tokenratchet/fastify, such as 'session'`,
    )
  }
}

/**
 * The Fastify plugin for access tokens and rotating refresh tokens. It registers the token routes and guards the routes
 * that have `config.auth`. Other routes stay PUBLIC unless `global` is set. It applies to the scope in which it is
 * registered, and to the children of that scope.
 *
 * @throws TypeError that names the option which is missing, unknown, weak or contradictory
 * @example
 * ```ts
 * await app.register(tokenratchet, { secret: process.env.TOKEN_SECRET })
 * app.post('/login', async (request, reply) => reply.issueTokens({ subject: await userOf(request.body) }))
 * app.get('/me', { config: { auth: true } }, request => ({ id: request.user.sub }))
 * ```
 */
export const tokenratchet: FastifyPluginAsync<TokenratchetOptions> = fastifyPlugin(plugin, {
  name: '@tokenratchet/fastify',
  fastify: '5.x',
})
