import { TokenError } from '../../errors.js'
import { revokeAll } from '../../verbs/revoke.js'
import { guardByStore } from '../guard/guard.js'
import { clearedUnlessBearer, endPresented } from '../logout.js'
import { readParameters, skipBody } from '../request/body.js'
import { type Handler, refuseBody, refusingMalformed } from './handler.js'

/** Works with an expired access token, and when there is nothing left to log out from. Of a body nothing is asked. */
export const handleLogout: Handler = async (context, http, request) => {
  await refusingMalformed(context, skipBody(request))
  await endPresented(context, http, request)
  return { status: 204, headers: clearedUnlessBearer(http, request, true) }
}

/**
 * Ends all sessions of whoever asks; with `except=current` all but this one. Needs an access token, and the store's
 * word on it: a token that somebody found, or that was revoked elsewhere just now, must not log out a user's devices.
 */
export const handleLogoutAll: Handler = async (context, http, request) => {
  const { except } = await refusingMalformed(context, readParameters(request))
  if (except !== undefined && except !== 'current') {
    throw refuseBody(context, new TokenError('ERR_INVALID_BODY'))
  }
  const { sub, sid } = await guardByStore(context, http, request)
  const isSpared = except === 'current'
  await revokeAll(context, sub, isSpared ? { except: sid } : {})
  return { status: 204, headers: clearedUnlessBearer(http, request, !isSpared) }
}
