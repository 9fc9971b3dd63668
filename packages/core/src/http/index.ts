import { createContext } from '../context.js'
import { type Tokens, verbs } from '../tokens.js'
import type { Grant } from '../verbs/issue.js'
import type { Success } from './answers.js'
import { autoRefresh } from './auto-refresh.js'
import type { Auth } from './demands.js'
import { type Identified, identify } from './guard.js'
import type { RawResponse } from './headers.js'
import { type JwtSource, jwtSource } from './jwt.js'
import { issueTokens, revokeTokens } from './login.js'
import { httpSettings, type SeamOptions } from './options.js'
import { type Route, tokenRoutes } from './routes/index.js'
import type { HttpHeaders, HttpRequest } from './types.js'

export { type BodyAnswer, type CookieAnswer, errorResponse, type Success } from './answers.js'
export { receiveText } from './body.js'
export type { CookieOptions } from './cookie.js'
export { type Auth, checkAuth, type Demands } from './demands.js'
export type { Identified } from './guard.js'
export { addHeaders, type RawResponse } from './headers.js'
export type { IssueTokens } from './issue-tokens.js'
export type { JwtSource } from './jwt.js'
export { NodeRequest } from './node-request.js'
export type { HttpOptions, RouteName, RouteOption, SeamOptions } from './options.js'
export { findRoute, type Route } from './routes/index.js'
export type { HttpHeaders, HttpRequest, HttpResponse } from './types.js'

/** All that HTTP asks of tokens, decided once for every framework. Adapters carry it to and fro. */
export interface Seam<C extends object = object> {
  readonly tokens: Tokens<C>
  readonly routes: readonly Route[]
  /** For a JWT plugin of the framework, which then agrees with the guard. */
  readonly jwt: JwtSource
  /**
   * Tells who sends this request to a route that is guarded so, or the `TokenError` that refuses it: at once, by a
   * callback, but for what must wait for the store. With `autoRefresh` the headers of the response carry the cookies of
   * a refresh.
   */
  identify(request: HttpRequest, response: RawResponse, auth: Auth, done: Identified<C>): void
  /** Begins a session, and ends the one that the request brought. */
  issueTokens(request: HttpRequest, grant: Grant<C>): Promise<Success>
  /** Ends the session of the request's credentials. */
  revokeTokens(request: HttpRequest): Promise<HttpHeaders>
}

/**
 * @throws TypeError that names the option which is missing, unknown, weak or contradictory
 */
export function createSeam<C extends object = object>(options: SeamOptions<C>): Seam<C> {
  const { http, rest } = httpSettings(options)
  const context = createContext(rest)
  const guard = { context, http, autoRefresh: http.autoRefresh ? autoRefresh(context, http) : undefined }
  return {
    tokens: verbs<C>(context),
    routes: tokenRoutes(context, http),
    jwt: jwtSource(context, http),
    identify: (request, response, auth, done) => identify(guard, request, response, auth, done as Identified),
    issueTokens: async (request, grant) => issueTokens(context, http, request, grant as Grant),
    revokeTokens: async request => revokeTokens(context, http, request),
  }
}
