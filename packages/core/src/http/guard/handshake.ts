import type { Socket } from 'node:net'
import type { Claims } from '../../access-token/claims.js'
import type { HttpRequest } from '../types.js'
import type { Auth } from './demands.js'
import type { Guard } from './guard.js'
import { userOf } from './user-of.js'

/**
 * Resolves to the claims of a request that has no response of a framework, such as an upgrade. A cookie obeys the
 * cross-origin rule whatever the method is, as the request opens a channel in both directions. Nothing is refreshed, as
 * there is no response that could carry the cookies.
 *
 * @throws TokenError as a guard does
 */
export async function authenticateRequest(
  guard: Guard,
  request: HttpRequest,
  auth: Exclude<Auth, 'optional'>,
): Promise<Claims> {
  const stopListening = survivesResets(request)
  try {
    const claims = (await userOf(guard, request, undefined, auth)) as Claims
    guard.http.exchanges.of(request).claims = claims
    return claims
  } finally {
    stopListening()
  }
}

/** Node listens for errors of a socket no more when it emits `upgrade`: a reset while we wait would end the process. */
function survivesResets({ raw }: HttpRequest): () => void {
  const { socket } = (raw ?? {}) as { socket?: Socket }
  const ignore = (): void => {}
  socket?.on('error', ignore)
  return () => socket?.off('error', ignore)
}
