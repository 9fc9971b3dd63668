import type { RegisteredClaims } from '@tokenratchet/core'

/**
 * Types `req.user`, and the claims of `issueTokens`, by what the application adds to `Express.User`, as with passport:
 *
 * ```ts
 * import '@tokenratchet/express/user'
 * declare global {
 *   namespace Express {
 *     interface User { role: 'admin' | 'member' }
 *   }
 * }
 * ```
 */
declare module './user-claims.js' {
  interface User extends Omit<Express.User, keyof RegisteredClaims> {}
}

declare global {
  namespace Express {
    interface User extends RegisteredClaims {}
    interface Request {
      /** Who sends this request: the claims of the access token, behind `auth.authenticate` or `auth.optional`. */
      user?: User | undefined
    }
  }
}
