import { revoke } from '../../verbs/revoke.js'
import { readParameters } from '../request/body.js'
import { noStore } from '../response/answers.js'
import { type Handler, missing, wellFormed } from './handler.js'

/** RFC 7009, for whoever holds a token; one that names no session is revoked already (section 2.2). */
export const handleRevoke: Handler = async (context, _http, request) => {
  const { token } = await wellFormed(context, readParameters(request))
  if (token === undefined) {
    throw missing(context)
  }
  await revoke(context, { token })
  return { status: 200, headers: { ...noStore } }
}
