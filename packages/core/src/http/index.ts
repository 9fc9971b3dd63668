import type { Claims } from '../access-token/claims.js'
import { createContext, type Surroundings } from '../context.js'
import { type Tokens, verbs } from '../tokens.js'
import type { Grant } from '../verbs/issue.js'
import { rememberCookieNames } from './cookie-names.js'
import { cookieWarnings } from './cookie-warnings.js'
import { createExchanges } from './exchange.js'
import { autoRefresh } from './guard/auto-refresh.js'
import { claimsOf } from './guard/claims-of.js'
import { type Auth, checkDemands, type Demands } from './guard/demands.js'
import { explainRefusal, type Identified, identify } from './guard/guard.js'
import { authenticateRequest } from './guard/handshake.js'
import { type JwtSource, jwtSource } from './guard/jwt.js'
import { issueTokens } from './login.js'
import { revokeTokens } from './logout.js'
import { type HttpLayerOptions, httpSettings } from './options.js'
import type { BodyAnswer, CookieAnswer } from './response/answers.js'
import type { RawResponse, ResponseHeaders } from './response/headers.js'
import { inTurn } from './response/in-turn.js'
import { createRoutes, type Route } from './routes/index.js'
import type { HttpRequest } from './types.js'
import { type WarnOnce, warningsOf } from './warn-once.js'

export { checkBoolean, checkMembers, invalid, reading } from '../values/check.js'
export type { Warn, Warning } from '../warnings.js'
export type { CookieOptions } from './cookie-options.js'
export { type Auth, checkAuth, checkDemands, type Demands } from './guard/demands.js'
export type { Identified } from './guard/guard.js'
export type { JwtSource } from './guard/jwt.js'
export { refuseUpgrade } from './guard/upgrade.js'
export type { IssueTokens } from './issue-tokens.js'
export {
  type HttpLayerOptions,
  type HttpOptions,
  httpLayerOptionNames,
  type RouteName,
  type RouteOption,
  routeNames,
} from './options.js'
export { receiveText } from './request/body.js'
export { NodeRequest } from './request/node-request.js'
export { type BodyAnswer, type CookieAnswer, errorResponse } from './response/answers.js'
export { addHeaders, type RawResponse, type ResponseHeaders } from './response/headers.js'
export { findRoute, type Route } from './routes/index.js'
export type { HttpHeaders, HttpRequest, HttpResponse } from './types.js'

/**
 * The HTTP rules for tokens, written once for every framework. An adapter translates requests and responses. It decides
 * nothing itself.
 *
 * @example
 * ```ts
 * const layer: HttpLayer = createHttpLayer({ secret: process.env.TOKEN_SECRET })
 * layer.identify(new NodeRequest(request), response, true, (error, claims) => next(error, claims))
 * ```
 */
export interface HttpLayer<C extends object = object> {
  readonly tokens: Tokens<C>
  readonly routes: readonly Route[]
  /** Lets a JWT plugin of the framework accept exactly the tokens that the guard accepts. */
  readonly jwt: JwtSource
  /**
   * Guards a route: calls `done` with the claims of the request, or with the `TokenError` that refuses it. The callback
   * runs synchronously unless the guard must wait for the store. By then the headers of a refusal are on the response.
   * With `autoRefresh`, the cookies of a refresh are added when the headers of the response leave.
   *
   * @example
   * ```ts
   * layer.identify(new NodeRequest(request), response, { scope: 'admin' }, (error, claims) => next(error, claims))
   * ```
   */
  identify(request: HttpRequest, response: RawResponse, auth: Auth, done: Identified<C>): void
  /**
   * Emits `config_warning`, once for each code. The message states what is wrong, what follows, and what to do.
   *
   * @example
   * ```ts
   * layer.warn('guard_missing', 'A route is PUBLIC: add auth.authenticate to GET /me')
   * ```
   */
  warn: WarnOnce
  /**
   * Puts the headers of a refusal on the response, for an error that did not come from a guard.
   *
   * @example
   * ```ts
   * layer.explainRefusal(new NodeRequest(request), response, error)
   * ```
   */
  explainRefusal(request: HttpRequest, response: RawResponse, error: unknown): void
  /**
   * Returns the claims that a guard of this request found, never `null`. Throws if no guard ran: the route is public.
   *
   * @param howToGuard how to guard the route, for the warning
   * @example
   * ```ts
   * const { sub } = layer.claimsOf(new NodeRequest(request), 'add auth.authenticate to GET /me')
   * ```
   */
  claimsOf(request: HttpRequest, howToGuard: string): Claims<C>
  /**
   * Resolves to the claims of a request that opens a socket. The cross-origin rule applies to cookies with any method.
   *
   * @example
   * ```ts
   * const { sub } = await layer.authenticateRequest(new NodeRequest(request), { scope: 'chat' })
   * ```
   */
  authenticateRequest(request: HttpRequest, demands?: Demands): Promise<Claims<C>>
  /**
   * Begins a session, ends the one that the request brought, and sets the headers and cookies. Resolves to the object
   * to put in the response body; it does not send the response. Logins and log-outs of one response run one after the
   * other.
   *
   * @param raw Node's response, where `response` is the framework's own
   * @example
   * ```ts
   * const body = await layer.issueTokens(new NodeRequest(request), response, response, { subject: user.id })
   * response.end(JSON.stringify(body))
   * ```
   */
  issueTokens(
    request: HttpRequest,
    response: ResponseHeaders,
    raw: RawResponse,
    grant: Grant<C>,
  ): Promise<CookieAnswer | BodyAnswer>
  /**
   * Ends the session of the request's credentials, and the one that this response has begun.
   *
   * @example
   * ```ts
   * await layer.revokeTokens(new NodeRequest(request), response, response)
   * ```
   */
  revokeTokens(request: HttpRequest, response: ResponseHeaders, raw: RawResponse): Promise<void>
}

/**
 * Creates the HTTP layer of one application.
 *
 * @param surroundings `warn` writes warnings to the framework's log. It is used only where there is no `onEvent`
 * @throws TypeError that names the option which is missing, unknown, weak or contradictory
 * @example
 * ```ts
 * const layer = createHttpLayer({ secret: process.env.TOKEN_SECRET, trustedOrigins: ['https://app.example.com'] })
 * ```
 */
export function createHttpLayer<C extends object = object>(
  options: HttpLayerOptions<C>,
  surroundings: Pick<Surroundings, 'warn'> = {},
): HttpLayer<C> {
  const { rest, ...checked } = httpSettings(options)
  const { maxAccessToken: maxInCookie } = checked.http.cookies
  const context = createContext(rest, { ...surroundings, maxInCookie })
  const warnOnce = warningsOf(context)
  const warnings = cookieWarnings(context, checked.http, warnOnce)
  const http = { ...checked.http, warnings, exchanges: createExchanges() }
  const guard = {
    context,
    http,
    warnOnce,
    autoRefresh: http.autoRefresh ? autoRefresh(context, http) : undefined,
  }
  return {
    tokens: rememberCookieNames(verbs<C>(context), http.cookies),
    routes: createRoutes(context, http),
    jwt: jwtSource(context, http),
    identify: (request, response, auth, done) => identify(guard, request, response, auth, done as Identified),
    warn: warnOnce,
    explainRefusal: (request, response, error) => explainRefusal(guard, request, response, error),
    claimsOf: (request, howToGuard) => claimsOf(guard, request, howToGuard) as Claims<C>,
    authenticateRequest: async (request, demands) =>
      authenticateRequest(guard, request, demandsOf(demands)) as Promise<Claims<C>>,
    issueTokens: (request, response, raw, grant) =>
      inTurn(guard, 'issueTokens', request, raw, exchange =>
        issueTokens(context, http, request, response, exchange, grant as Grant),
      ),
    revokeTokens: (request, response, raw) =>
      inTurn(guard, 'revokeTokens', request, raw, exchange =>
        revokeTokens(context, http, request, response, exchange),
      ),
  }
}

function demandsOf(demands: Demands | undefined): true | Demands {
  return demands === undefined ? true : checkDemands('the demands of authenticateRequest', demands)
}
