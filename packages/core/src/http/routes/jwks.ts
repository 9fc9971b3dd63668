import { jwks } from '../../verbs/jwks.js'
import type { Handler } from './handler.js'

/** The seconds that verifiers may cache the keys. A new key must be published for this long before it signs. */
const maxAge = 300

/** Returns the public keys, for services that verify our access tokens. */
export const handleJwks: Handler = async context => ({
  status: 200,
  headers: { 'cache-control': `public, max-age=${maxAge}` },
  body: jwks(context),
})
