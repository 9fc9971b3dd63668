// As its README has it, with connect-redis.

import { RedisStore } from 'connect-redis'
import express from 'express'
import session from 'express-session'
import { each, listenExpress, nodeRedis, secret, subject } from './common.mjs'

export async function start({ redis }) {
  const app = express()
  const store = new RedisStore({ client: await nodeRedis(redis) })
  app.use(session({ secret, store, resave: false, saveUninitialized: false }))
  app.post('/login', express.json(), (req, res) => {
    req.session.user = { id: req.body.id, role: 'member' }
    res.json({})
  })
  const guard = (req, res, next) => (req.session.user === undefined ? res.status(401).json({}) : next())
  app.get('/me', guard, (req, res) => res.json({ id: req.session.user.id }))
  const { port, server } = await listenExpress(app)
  return {
    port,
    server,
    credentials: count =>
      each(count, async index => {
        const id = subject(index)
        const answer = await fetch(`http://127.0.0.1:${port}/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ id }),
        })
        const [cookie] = answer.headers.get('set-cookie').split(';')
        return { subject: id, cookie: { cookie } }
      }),
  }
}
