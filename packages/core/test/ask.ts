import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Claims, Grant } from '@tokenratchet/core'
import type { Auth, HttpLayer, HttpRequest, HttpResponse, Route } from '@tokenratchet/core/http'

export const newResponse = (): ServerResponse => new ServerResponse(new IncomingMessage(new Socket()))

/** Whom the guard of a route sees, at once; or throws what it refuses the request with. */
export function guard(
  layer: Pick<HttpLayer, 'identify'>,
  request: HttpRequest,
  auth: Auth = true,
): Claims | null {
  let answer: { error: Error | undefined; user: Claims | null | undefined } | undefined
  layer.identify(request, newResponse(), auth, (error, user) => {
    answer = { error, user }
  })
  if (answer === undefined) {
    throw new Error('the guard did not answer at once')
  }
  if (answer.error !== undefined) {
    throw answer.error
  }
  return answer.user ?? null
}

/** What a token route answers. */
export async function answer(
  route: Route | undefined,
  request: HttpRequest,
): Promise<HttpResponse | undefined> {
  return route?.handle(request, newResponse())
}

/** The headers that a login of the application sets. */
export async function login(layer: HttpLayer, request: HttpRequest, grant: Grant): Promise<HeadersSet> {
  const response = newResponse()
  await layer.issueTokens(request, response, response, grant)
  return response.getHeaders()
}

/** The headers that a log-out of the application sets. */
export async function leave(layer: HttpLayer, request: HttpRequest): Promise<HeadersSet> {
  const response = newResponse()
  await layer.revokeTokens(request, response, response)
  return response.getHeaders()
}

type HeadersSet = ReturnType<ServerResponse['getHeaders']>
