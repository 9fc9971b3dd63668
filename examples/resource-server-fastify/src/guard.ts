// Is this an access token of our issuer, for us, and still good? Asked of nobody but the issuer's public keys.
import fastifyJwt from '@fastify/jwt'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { JWSHeaderParameters } from 'jose'
import type { Config } from './config.js'
import { issuerKeys } from './keys.js'
import { invalidToken, missingToken, unavailable } from './refusals.js'

declare module '@fastify/jwt' {
  interface FastifyJWT {
    /** What an access token says (RFC 9068), and what the app that signs it adds. */
    payload: { sub: string; email?: string }
    user: { sub: string; email?: string }
  }
}

/** Registers @fastify/jwt, and answers the hook for guarded routes. */
export async function guard(app: FastifyInstance, config: Config) {
  const keyOf = issuerKeys(config)
  await app.register(fastifyJwt, {
    // A public key only: nothing here can sign.
    secret: {
      async public(_request: FastifyRequest, token: unknown) {
        const key = await keyOf((token as { header: JWSHeaderParameters }).header).catch(error => {
          throw unavailable(error)
        })
        if (key === undefined) {
          throw invalidToken()
        }
        return key
      },
    },
    // So that the key can be chosen by the header.
    decode: { complete: true },
    verify: {
      // A list of ours, never what the token says: no `none`, and no HS256 with the public key as its secret.
      algorithms: ['EdDSA', 'ES256', 'RS256'],
      allowedIss: config.issuer,
      allowedAud: config.audience,
      // No other JWT of the issuer will do, such as an ID token.
      checkTyp: 'at+jwt',
      // The rules above, and that of `exp`, are asked of claims that are there only.
      requiredClaims: ['iss', 'aud', 'exp', 'sub'],
    },
  })
  return async (request: FastifyRequest): Promise<void> => {
    if (request.headers.authorization === undefined) {
      throw missingToken()
    }
    try {
      await request.jwtVerify()
    } catch (error) {
      // Its errors for another `alg`, `typ` or a `crit` have no status: Fastify would answer 500.
      throw (error as { statusCode?: number }).statusCode === 503 ? error : invalidToken(error)
    }
  }
}
