import Fastify, { type FastifyInstance } from 'fastify'
import type { Config } from './config.js'
import { guard } from './guard.js'

export async function buildApp(config: Config, logger = false): Promise<FastifyInstance> {
  const app = Fastify({ logger })
  const authenticate = await guard(app, config)
  app.get('/whoami', { onRequest: authenticate }, async (request, reply) => {
    const { sub, email } = request.user
    reply.header('cache-control', 'no-store')
    return { subject: sub, email }
  })
  return app
}
