import type { Claims } from '@tokenratchet/core'
import type { User } from './user-claims.js'

export * from './user-claims.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends this request: the claims of the access token, on routes that ask for `auth`; otherwise `null`. */
    user: Claims<User>
  }
}
