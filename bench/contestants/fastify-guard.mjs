// A hook that somebody writes with a library that verifies.

import Fastify from 'fastify'
import { each, listenFastify } from './common.mjs'
import { verifiers } from './verifiers.mjs'

export async function start({ verifier, ...settings }) {
  const { credential, isAsync, verify } = await verifiers[verifier](settings)
  const app = Fastify()
  app.decorateRequest('user', null)
  app.setErrorHandler((_error, _request, reply) => reply.code(401).send({}))
  const onRequest = isAsync
    ? async request => {
        request.user = await verify(request.headers)
      }
    : (request, _reply, done) => {
        request.user = verify(request.headers)
        done()
      }
  app.get('/me', { onRequest }, request => ({ id: request.user.sub }))
  return { ...(await listenFastify(app)), credentials: count => each(count, credential) }
}
