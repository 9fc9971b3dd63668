// As its README shows: the session itself is in the cookie, signed and readable.

import session from 'cookie-session'
import express from 'express'
import { each, listenExpress, secret, subject } from './common.mjs'

export async function start() {
  const app = express()
  app.use(session({ name: 'session', keys: [secret] }))
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
        const cookies = answer.headers.getSetCookie().map(each => each.split(';')[0])
        return { subject: id, cookie: { cookie: cookies.join('; ') } }
      }),
  }
}
