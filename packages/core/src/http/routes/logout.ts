import { TokenError } from '../../errors.js'
import { revokeAll } from '../../verbs/revoke.js'
import { guardByStore } from '../guard/guard.js'
import { clearedUnlessBearer, endPresented } from '../logout.js'
import { readParameters, skipBody } from '../request/body.js'
import { type Handler, refuseBody, refusingMalformed } from './handler.js'

/**
 * Ends the session of the request and clears its cookies. It also works if the access token in the cookie has expired,
 * or if there are no cookies. The body is read but not used.
 */
export const handleLogout: Handler = async (context, http, request) => {
  await refusingMalformed(context, skipBody(request))
  await endPresented(context, http, request)
  return { status: 204, headers: clearedUnlessBearer(http, request, true) }
}

/**
 * Ends all sessions of the user, or with `except=current` all but this one. It requires an access token whose session
 * exists in the store. A token that somebody found, or that another process has just revoked, must not log out the
 * user's devices.
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
