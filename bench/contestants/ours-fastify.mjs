import tokenratchet from '@tokenratchet/fastify'
import Fastify from 'fastify'
import { listenFastify } from './common.mjs'
import { credentials, options } from './ours.mjs'

export async function start(settings) {
  const app = Fastify()
  await app.register(tokenratchet, options(settings))
  app.get('/me', { config: { auth: true } }, request => ({ id: request.user.sub }))
  return { ...(await listenFastify(app)), credentials: credentials(app.tokens) }
}
