import type { IssueTokens } from '@tokenratchet/core/http'
// By another name, as `User` in the namespace is `Express.User`, of whoever declares it.
import type { User as OwnClaims } from './user-claims.js'

declare global {
  namespace Express {
    interface Response {
      /**
       * Logs in: begins a session, sets its cookies or not (`transport`), and resolves to what belongs into the body.
       * Sends nothing. Rejects with a `TokenError` (403 from another origin, 503 without a store), or a `TypeError`
       * for a bad grant.
       *
       * "issueTokens is not a function" means that the route is above `app.use(auth)`, or not below its path.
       */
      issueTokens: IssueTokens<OwnClaims>
      /** Logs out: ends the session of this request and clears its cookies. Sends nothing. */
      revokeTokens(): Promise<void>
    }
  }
}
