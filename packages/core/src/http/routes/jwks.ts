import { jwks } from '../../verbs/jwks.js'
import type { Handler } from './handler.js'

/** Seconds that others may keep the keys: how long a new one is published before it signs. */
const maxAge = 300

/** The public keys, for whoever verifies our access tokens. */
export const handleJwks: Handler = async context => ({
  status: 200,
  headers: { 'cache-control': `public, max-age=${maxAge}` },
  body: jwks(context),
})
