import type { Grant } from '../verbs/issue.js'
import type { BodyAnswer, CookieAnswer } from './response/answers.js'

/**
 * `issueTokens` as applications call it. It resolves to the object to put in the response body, and does not send it.
 *
 * @example
 * ```ts
 * app.post('/login', async (request, reply) => {
 *   const user = await checkPassword(request.body)
 *   return reply.issueTokens({ subject: user.id })
 * })
 * ```
 */
export interface IssueTokens<C extends object = object> {
  /** Resolves to an object that contains the tokens. No cookies are read or set. */
  (grant: Grant<C> & { transport: 'body' }): Promise<BodyAnswer>
  /** The tokens travel as the grant or the option `transport` specifies. The default is cookies. */
  (grant: Grant<C>): Promise<CookieAnswer & Partial<BodyAnswer>>
}
