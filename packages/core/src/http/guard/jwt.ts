import { type SignedToken, signedToken } from '../../access-token/read.js'
import { accessTokenType } from '../../access-token/ring.js'
import type { Context } from '../../context.js'
import { invalidToken, refuse } from '../../verbs/verdict.js'
import { verify } from '../../verbs/verify.js'
import type { HttpSettings } from '../options.js'
import { requiredToken } from '../request/presented.js'
import type { HttpRequest } from '../types.js'

/**
 * Lets a JWT plugin of the framework accept exactly the tokens that the guard accepts. Encoding, dates and revocation
 * are checked here; the plugin then verifies the signature once more. Each method throws the error of a guard.
 *
 * @example
 * ```ts
 * const { token, key } = layer.jwt.open(accessToken)
 * ```
 */
export interface JwtSource {
  /** Every algorithm of the ring. `keyOf` checks that the token has the algorithm of its key. */
  readonly algorithms: readonly string[]
  /** The `typ` of access tokens. */
  readonly type: string
  /** Returns the signed access token of the request, decrypted if it was encrypted. */
  tokenOf(request: HttpRequest): string
  /** Returns the key that verifies a signed token of this request. */
  keyOf(request: HttpRequest, token: string): string | Buffer
  /** Returns the signed token in an access token that came without a request, and its key. */
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
      // The signed token inside an encrypted one is not a credential: the request must have brought it encrypted.
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
