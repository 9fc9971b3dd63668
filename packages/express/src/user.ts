import type { RegisteredClaims } from '@tokenratchet/core'

/**
 * Types `req.user` and the claims of `issueTokens` with what the application adds to `Express.User`, as with passport.
 *
 * @example
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
      /**
       * The claims of the access token, set by `auth.authenticate`, `auth.require` and `auth.optional`. Without one of
       * these guards it is not ours and proves nothing.
       *
       * @example
       * ```ts
       * app.get('/me', auth.authenticate, (req, res) => res.json({ id: req.user?.sub }))
       * ```
       */
      user?: User | undefined
    }
  }
}
