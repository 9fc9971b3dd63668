import type { Grant } from '@tokenratchet/core'
import { createSeam, type HttpHeaders, type IssueTokens } from '@tokenratchet/core/http'
import type { FastifyInstance, FastifyPluginAsync, FastifyReply } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import './augment.js'
import { authenticate, checkedAuth, guardRoutes } from './guards.js'
import { isOfJwt, registerJwt } from './jwt.js'
import { splitOptions, type TokenratchetOptions } from './options.js'
import { SeamRequest } from './request.js'
import { tokenRoutes } from './routes.js'
import type { User } from './user-claims.js'

const plugin: FastifyPluginAsync<TokenratchetOptions> = async (app, options) => {
  const { global, decoratorName, jwt, rest } = splitOptions(options)
  checkFree(app, decoratorName)
  const seam = createSeam<User>(rest)

  app.decorate('tokens', seam.tokens)
  app.decorate('authenticate', authenticate(seam, decoratorName))
  if (jwt) {
    await registerJwt(app, seam.jwt, decoratorName)
  }
  if (!app.hasRequestDecorator(decoratorName)) {
    app.decorateRequest(decoratorName, null)
  }
  app.decorateReply('issueTokens', async function (this: FastifyReply, grant: Grant<User>) {
    if (this.sent) {
      // Before a session begins whose tokens nobody would get.
      throw new Error('issueTokens must be called before the response is sent')
    }
    const { headers, body } = await seam.issueTokens(new SeamRequest(this.request), grant)
    setHeaders(this, headers)
    return body
  } as IssueTokens<User>)
  app.decorateReply('revokeTokens', async function () {
    setHeaders(this, await seam.revokeTokens(new SeamRequest(this.request)))
  })

  app.addHook('onRoute', ({ url, config }) => void checkedAuth(url, config))
  app.addHook('onRequest', guardRoutes(seam, decoratorName, global))
  app.addHook('onReady', () => seam.tokens.ready())
  app.addHook('onClose', () => seam.tokens.close())
  await app.register(tokenRoutes(seam.routes))
}

/** Cookies are added to those that are there already. */
function setHeaders(reply: FastifyReply, headers: HttpHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    reply.header(name, value)
  }
}

function checkFree(app: FastifyInstance, decoratorName: string): void {
  if (app.hasDecorator('tokens') || app.hasReplyDecorator('issueTokens')) {
    throw new Error('@tokenratchet/fastify is registered already, or `app.tokens` is taken')
  }
  if (app.hasDecorator('authenticate')) {
    throw new Error(
      '`app.authenticate` is taken: another plugin has decorated it before @tokenratchet/fastify',
    )
  }
  if (app.hasRequestDecorator(decoratorName) && !isOfJwt(app, decoratorName)) {
    throw new Error(
      `\`request.${decoratorName}\` is taken: pass another \`decoratorName\` to @tokenratchet/fastify`,
    )
  }
}

/**
 * Access tokens and rotating refresh tokens for Fastify.
 *
 * @throws TypeError that names the option which is missing, unknown, weak or contradictory
 */
export const tokenratchet: FastifyPluginAsync<TokenratchetOptions> = fastifyPlugin(plugin, {
  name: '@tokenratchet/fastify',
  fastify: '5.x',
})
