// What both frameworks need of ours.

import { memoryStore } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { connect } from '../redis-server.mjs'
import { each, ed25519, secret, subject } from './common.mjs'

export const options = ({ algorithm, redis }) => ({
  secret,
  store: redis === undefined ? memoryStore({ maxSessions: 1_000_000 }) : redisStore(connect(redis)),
  ...(algorithm === 'EdDSA' && { signingKeys: ed25519() }),
})

/** As a browser and as an API client send them. */
export const credentials = tokens => (count, only) =>
  each(count, async index => {
    const grant = { subject: subject(index), claims: { role: 'member' } }
    const bearer = await tokens.issue({ ...grant, transport: 'body' })
    const cookie = only === 'bearer' ? bearer : await tokens.issue(grant)
    return {
      subject: subject(index),
      bearer: { authorization: `Bearer ${bearer.accessToken}` },
      cookie: {
        cookie: `__Host-access_token=${cookie.accessToken}; __Host-refresh_token=${cookie.refreshToken}`,
      },
    }
  })
