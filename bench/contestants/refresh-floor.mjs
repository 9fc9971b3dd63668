// The least that a route can do with one step of Redis: reads JSON, runs a script that does nothing, answers JSON.

import Fastify from 'fastify'
import { connect } from '../redis-server.mjs'
import { each, listenFastify } from './common.mjs'

export async function start({ redis }) {
  const app = Fastify()
  const client = connect(redis)
  const sha = await client.script('LOAD', 'return 1')
  const answer = async ({ body }) => {
    await client.evalsha(sha, 1, 'key', body.refresh_token ?? '')
    return {
      access_token: '',
      token_type: 'Bearer',
      expires_in: 600,
      refresh_token: body.refresh_token ?? '',
    }
  }
  app.post('/auth/refresh', answer)
  app.post('/login', answer)
  return {
    ...(await listenFastify(app)),
    credentials: count => each(count, () => ({ refresh_token: 'A'.repeat(100) })),
  }
}
