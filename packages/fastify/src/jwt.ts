import type { FastifyInstance, FastifyPluginAsync, FastifyRequest, RegisterOptions } from 'fastify'
import fastifyPlugin from 'fastify-plugin'
import fastifyJwt from '#fastify-jwt'
import { handedOver } from './hand-over.js'
import { type JwtDecorator, jwtOf } from './jwt-decorator.js'
import { demandsOf, keys, verifier } from './jwt-verification.js'
import { AdaptedRequest } from './request.js'

/** The namespace of our decorator: `app.jwt.tokenratchet`. */
const namespace = 'tokenratchet'

/** Decorates the scopes that have this plugin. */
const registered = Symbol('tokenratchet.fastify.jwt.registered')

const plugin: FastifyPluginAsync = async (app, options) => {
  checkOptions(options)
  const { source, decoratorName } = required(app)
  const isSecond = app.hasPlugin('@fastify/jwt')
  checkFree(app, isSecond)
  app.decorate(registered, true)
  // If `app.jwt` exists, @fastify/jwt does not decorate `request.user`, which our plugin has decorated already.
  if (!isSecond || !Object.hasOwn(app, 'jwt')) {
    app.decorate('jwt', Object.create(isSecond ? jwtOf(app) : null))
  }
  await app.register(fastifyJwt, {
    namespace,
    // Under a namespace @fastify/jwt prefixes its names. If there is no other @fastify/jwt, use the plain names.
    ...(!isSecond && { jwtVerify: 'jwtVerify', jwtDecode: 'jwtDecode', jwtSign: 'jwtSign' }),
    decoratorName,
    // There is no key for signing, so that nobody gets a token without a session.
    secret: { public: keys(source) },
    decode: { complete: true },
    verify: {
      extractToken: (request: FastifyRequest) => source.tokenOf(new AdaptedRequest(request)),
      ...demandsOf(source),
    },
  })
  const decorator = jwtOf(app)[namespace] as JwtDecorator
  decorator.verify = verifier(source, decorator.verify)
  if (!isSecond) {
    Object.assign(jwtOf(app), decorator)
  }
}

/**
 * Makes @fastify/jwt accept the access tokens that the guards accept, and no others. `request.jwtVerify()`,
 * `request.jwtDecode()` and `app.jwt.verify()` work; nothing can sign a token without a session.
 *
 * Register it after @tokenratchet/fastify, in the same scope or in a child of it. It takes no options. Install
 * `@fastify/jwt` too, but do not register it for our tokens: this plugin does that.
 *
 * @throws Error if @tokenratchet/fastify is not registered, if this plugin is registered already, or if something other
 *   than @fastify/jwt has taken a name that it needs
 * @example
 * ```ts
 * await app.register(tokenratchet, { secret: process.env.TOKEN_SECRET })
 * await app.register(tokenratchetJwt)
 * app.get('/me', { onRequest: request => request.jwtVerify() }, request => request.user)
 * ```
 */
export const tokenratchetJwt: FastifyPluginAsync = fastifyPlugin(plugin, {
  name: '@tokenratchet/fastify/jwt',
  fastify: '5.x',
})

export { tokenratchetJwt as default }

/** Checks that there are no options but those that Fastify itself passes to every plugin. */
function checkOptions(options: Pick<RegisterOptions, 'logLevel' | 'logSerializers'>): void {
  const { logLevel: _, logSerializers: __, ...rest } = options
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) {
    throw new TypeError(
      `unknown option: ${unknown}. @tokenratchet/fastify/jwt takes none: pass them to @tokenratchet/fastify`,
    )
  }
}

function required(app: FastifyInstance) {
  const given = handedOver(app)
  if (given === undefined) {
    throw new Error(
      '@tokenratchet/fastify is not registered here: register it first, then @tokenratchet/fastify/jwt in the same scope or a child of it',
    )
  }
  return given
}

/** Checks that the names are free. Otherwise @fastify/jwt itself would end the process. */
function checkFree(app: FastifyInstance, isSecond: boolean): void {
  if (app.hasDecorator(registered)) {
    throw new Error(
      '@tokenratchet/fastify/jwt is registered already, in this scope or in a parent of it: register it once',
    )
  }
  if (isSecond && namespace in jwtOf(app)) {
    throw new Error(`\`app.jwt.${namespace}\` is taken: give your own @fastify/jwt another namespace`)
  }
  const taken = isSecond ? undefined : takenName(app)
  if (taken !== undefined) {
    throw new Error(
      `\`${taken}\` is taken by something else than @fastify/jwt: rename that decorator, or do not register @tokenratchet/fastify/jwt`,
    )
  }
}

function takenName(app: FastifyInstance): string | undefined {
  if (app.hasDecorator('jwt')) {
    return 'app.jwt'
  }
  const ofRequest = ['jwtVerify', 'jwtDecode'].find(name => app.hasRequestDecorator(name))
  if (ofRequest !== undefined) {
    return `request.${ofRequest}`
  }
  return app.hasReplyDecorator('jwtSign') ? 'reply.jwtSign' : undefined
}
