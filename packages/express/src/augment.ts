import type { IssueTokens } from '@tokenratchet/core/http'
// Imported under another name, because `User` inside the namespace means `Express.User`.
import type { User as OwnClaims } from './user-claims.js'

declare global {
  namespace Express {
    interface Response {
      /**
       * Logs in: begins a session, sets its cookies (unless `transport` is `'body'`), and resolves to the object for
       * the response body. It does not check a password, and it does not send the response: await it before you send.
       * Rejects with a `TokenError` (403 from another origin, 503 if the store is down), or a `TypeError` for an
       * invalid grant.
       *
       * "issueTokens is not a function" means that the route is above `app.use(auth.middleware)`, or not below its
       * path.
       *
       * @example
       * ```ts
       * app.post('/login', async (req, res) => {
       *   const user = await checkPassword(req.body)
       *   res.json(await res.issueTokens({ subject: user.id }))
       * })
       * ```
       */
      issueTokens: IssueTokens<OwnClaims>
      /**
       * Logs out: ends the session of this request and clears its cookies. It does not send the response.
       *
       * @example
       * ```ts
       * app.post('/leave', async (req, res) => {
       *   await res.revokeTokens()
       *   res.sendStatus(204)
       * })
       * ```
       */
      revokeTokens(): Promise<void>
    }
  }
}
