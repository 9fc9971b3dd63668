import { TokenError } from '../../errors.js'
import { refresh } from '../../verbs/refresh.js'
import { bodySuccess, cookieSuccess } from '../answers.js'
import { readParameters } from '../body.js'
import { refreshCookie } from '../credentials.js'
import { checkOrigin } from '../presented.js'
import { type Handler, malformed, missing, wellFormed } from './handler.js'

/**
 * RFC 6749 section 6, with the refresh token in the body or in our cookie: the answer travels as the token did. A
 * refused refresh neither sets nor clears cookies: another tab may just have logged in.
 */
export const handleRefresh: Handler = async (context, http, request) => {
  const parameters = await wellFormed(context, readParameters(request))
  const { refresh_token: token, grant_type: grantType, scope } = parameters
  const cookie = refreshCookie(request, http.cookies)
  const userAgent = request.headers['user-agent']
  if (grantType !== undefined && grantType !== 'refresh_token') {
    throw malformed(context, new TokenError('ERR_UNSUPPORTED_GRANT_TYPE'))
  }
  if (token !== undefined) {
    if (grantType === undefined) {
      throw malformed(context, new TokenError('ERR_INVALID_BODY'))
    }
    if (cookie !== undefined) {
      throw malformed(context, new TokenError('ERR_INVALID_REQUEST'))
    }
    const issued = await refresh(context, token, { transport: 'body', scope, userAgent })
    return { status: 200, ...bodySuccess(issued) }
  }
  if (cookie === undefined) {
    throw missing(context)
  }
  checkOrigin(context, http, request)
  const issued = await refresh(context, cookie, { transport: 'cookie', scope, userAgent })
  return { status: 200, ...cookieSuccess(http, issued) }
}
