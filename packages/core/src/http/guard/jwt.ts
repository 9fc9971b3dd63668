import { type SignedToken, signedToken } from '../../access-token/read.js'
import { accessTokenType } from '../../access-token/ring.js'
import type { Context } from '../../context.js'
import { invalidToken, refuse } from '../../verbs/verdict.js'
import { verify } from '../../verbs/verify.js'
import type { HttpSettings } from '../options.js'
import { requiredToken } from '../request/presented.js'
import type { HttpRequest } from '../types.js'

/**
 * What a JWT plugin of the framework needs to take the tokens that the guard takes, and no others: it verifies the
 * signature once more, when spelling, dates and revocation are decided here. Each throws what the guard would.
 */
export interface JwtSource {
  /** Every algorithm of the ring; `keyOf` has checked that the token's is the one of its key. */
  readonly algorithms: readonly string[]
  /** The `typ` of access tokens. */
  readonly type: string
  /** The access token that the request brought, as it was signed. */
  tokenOf(request: HttpRequest): string
  /** The key of a signed token that is presented with this request. */
  keyOf(request: HttpRequest, token: string): string | Buffer
  /** An access token without a request: as it was signed, and its key. */
  open(accessToken: string): SignedToken
}

export function jwtSource(context: Context, http: HttpSettings): JwtSource {
  const { byKid, encryption } = context.accessRing
  const ofRequest = (request: HttpRequest): SignedToken =>
    openToken(context, requiredToken(context, http, request))
  return {
    algorithms: [...new Set([...byKid.values()].map(({ algorithm }) => algorithm))],
    type: accessTokenType,
    tokenOf: request => ofRequest(request).token,
    keyOf(request, token) {
      if (encryption === undefined) {
        return openToken(context, token).key
      }
      // What was inside an encrypted token is no credential by itself: it is asked for again where it came from.
      const brought = ofRequest(request)
      if (brought.token !== token) {
        throw refuse(context, invalidToken)
      }
      return brought.key
    },
    open: accessToken => openToken(context, accessToken),
  }
}

function openToken(context: Context, accessToken: string): SignedToken {
  verify(context, accessToken)
  const signed = signedToken(context.accessRing, accessToken)
  if (signed === undefined) {
    throw refuse(context, invalidToken)
  }
  return signed
}
