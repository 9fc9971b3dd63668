import type { Claims } from '@tokenratchet/core'
import type { User } from './user-claims.js'

export * from './user-claims.js'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The claims of the access token. It is `null` at run time on a route without a guard, and on an `'optional'` route
     * if nobody is signed in: there use `app.claimsOf(request)`, which throws instead.
     *
     * @example
     * ```ts
     * app.get('/me', { config: { auth: true } }, request => ({ id: request.user.sub }))
     * ```
     */
    user: Claims<User>
  }
}
