import type { ServerResponse } from 'node:http'
import { type Auth, errorResponse, findRoute, type Seam } from '@tokenratchet/core/http'
import { type ExpressRequest, seamRequest } from './request.js'
import { addHeaders, write } from './response.js'
import type { User } from './user-claims.js'

type Next = (error?: unknown) => void

/** What Express 4 and 5 take as middleware, without the types of either. */
export type Middleware = (request: ExpressRequest, response: ServerResponse, next: Next) => void

export type ErrorMiddleware = (
  error: unknown,
  request: ExpressRequest,
  response: ServerResponse,
  next: Next,
) => void

/** Answers the token routes; all other requests go on, with verbs at their responses. */
export function tokenRoutes(seam: Seam<User>): Middleware {
  const find = findRoute(seam.routes)
  return (request, response, next) => {
    addVerbs(seam, request, response)
    const found = find(request.path ?? '')
    // OPTIONS is left to the application, so that cors can answer preflights.
    if (found === undefined || request.method === 'OPTIONS') {
      next()
      return
    }
    const answered = found.route.handle(seamRequest(request), found.sid)
    answered.then(answer => write(response, answer)).catch(next)
  }
}

function addVerbs(seam: Seam<User>, request: ExpressRequest, response: ServerResponse): void {
  const verbs: Pick<Express.Response, 'issueTokens' | 'revokeTokens'> = {
    async issueTokens(grant: Parameters<Seam<User>['issueTokens']>[1]) {
      if (response.headersSent) {
        // Before a session begins whose tokens nobody would get.
        throw new Error('issueTokens must be called before the headers of the response are sent')
      }
      const { headers, body } = await seam.issueTokens(seamRequest(request), grant)
      addHeaders(response, headers)
      // biome-ignore lint/suspicious/noExplicitAny: the overloads tell by `transport` which of the two it is
      return body as any
    },
    async revokeTokens() {
      addHeaders(response, await seam.revokeTokens(seamRequest(request)))
    },
  }
  Object.assign(response, verbs)
}

/** Sets `req.user`, or hands on why not. */
export function identify(seam: Seam<User>, auth: Auth): Middleware {
  return (request, _response, next) =>
    seam.identify(seamRequest(request), auth, (error, user) => {
      if (error === undefined) {
        Object.assign(request, { user: user ?? undefined })
      }
      next(error)
    })
}

/** Express knows handlers of errors by their four parameters. */
export const answerErrors: ErrorMiddleware = (error, _request, response, next) => {
  const answer = response.headersSent ? undefined : errorResponse(error)
  if (answer === undefined) {
    next(error)
  } else {
    write(response, answer)
  }
}
