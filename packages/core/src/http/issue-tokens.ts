import type { Grant } from '../verbs/issue.js'
import type { BodyAnswer, CookieAnswer } from './response/answers.js'

/** `issueTokens` as applications see it. What it resolves to belongs into the body of the response. */
export interface IssueTokens<C extends object> {
  /** The tokens are in the answer. Nothing of cookies is read or set. */
  (grant: Grant<C> & { transport: 'body' }): Promise<BodyAnswer>
  /** The tokens travel as the option `transport` says: in cookies, by default. */
  (grant: Grant<C>): Promise<CookieAnswer & Partial<BodyAnswer>>
}
