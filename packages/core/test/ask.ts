import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { Claims } from '@tokenratchet/core'
import type { Auth, HttpRequest, Seam } from '@tokenratchet/core/http'

/** Whom the guard of a route sees, at once; or throws what it refuses the request with. */
export function guard(seam: Pick<Seam, 'identify'>, request: HttpRequest, auth: Auth = true): Claims | null {
  let answer: { error: Error | undefined; user: Claims | null | undefined } | undefined
  const response = new ServerResponse(new IncomingMessage(new Socket()))
  seam.identify(request, response, auth, (error, user) => {
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
