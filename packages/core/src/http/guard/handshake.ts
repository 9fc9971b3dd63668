import type { Socket } from 'node:net'
import type { Claims } from '../../access-token/claims.js'
import type { HttpRequest } from '../types.js'
import type { Auth } from './demands.js'
import type { Guard } from './guard.js'
import { userOf } from './user-of.js'

/**
 * Resolves to the claims of a request without a framework's response, such as an upgrade. The cross-origin rule applies
 * to a cookie whatever the method is, because the request opens a channel in both directions. It never refreshes: no
 * response could carry the cookies.
 *
 * @throws TokenError the error of a guard
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

/**
 * Ignores errors of the socket until the returned function is called. Node stops listening when it emits `upgrade`, so
 * a reset while we wait would end the process.
 */
function survivesResets({ raw }: HttpRequest): () => void {
  const { socket } = (raw ?? {}) as { socket?: Socket }
  const ignore = (): void => {}
  socket?.on('error', ignore)
  return () => socket?.off('error', ignore)
}
