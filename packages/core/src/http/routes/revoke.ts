import { revoke } from '../../verbs/revoke.js'
import { readParameters } from '../request/body.js'
import { noStore } from '../response/answers.js'
import { type Handler, refuseWithoutToken, refusingMalformed } from './handler.js'

/**
 * Ends the session of a token (RFC 7009). Anyone who has the token may call it. A token that names no session counts as
 * revoked already (section 2.2).
 */
export const handleRevoke: Handler = async (context, _http, request) => {
  const { token } = await refusingMalformed(context, readParameters(request))
  if (token === undefined) {
    throw refuseWithoutToken(context)
  }
  await revoke(context, { token })
  return { status: 200, headers: { ...noStore } }
}
