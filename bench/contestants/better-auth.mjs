// Sessions in Redis as its secondary storage, users in its memory adapter; the guard asks `getSession`, as its docs for
// Express have it. Without its cookie cache, which would not see a log-out, and without limits of requests.

import { betterAuth } from 'better-auth'
import { memoryAdapter } from 'better-auth/adapters/memory'
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node'
import express from 'express'
import { connect } from '../redis-server.mjs'
import { each, listenExpress, secret } from './common.mjs'

export async function start({ redis }) {
  const client = connect(redis)
  const app = express()
  const auth = betterAuth({
    secret,
    baseURL: 'http://127.0.0.1',
    trustedOrigins: ['http://127.0.0.1'],
    database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
    secondaryStorage: {
      get: key => client.get(`better-auth:${key}`),
      set: (key, value, ttl) =>
        ttl === undefined
          ? client.set(`better-auth:${key}`, value)
          : client.set(`better-auth:${key}`, value, 'EX', ttl),
      delete: key => client.del(`better-auth:${key}`),
    },
    // The hash is no part of what is measured.
    emailAndPassword: { enabled: true, password: { hash: async text => text, verify: async () => true } },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  })
  app.all('/api/auth/{*any}', toNodeHandler(auth))
  app.get('/me', async (req, res) => {
    const session = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) })
    return session === null ? res.status(401).json({}) : res.json({ id: session.user.id })
  })
  return {
    ...(await listenExpress(app)),
    credentials: count =>
      each(count, async index => {
        const body = { email: `user${index}@example.com`, name: 'member', password: 'correct horse' }
        const { headers, response } = await auth.api.signUpEmail({ body, returnHeaders: true })
        const [cookie] = headers.get('set-cookie').split(';')
        return { subject: response.user.id, cookie: { cookie } }
      }),
  }
}
