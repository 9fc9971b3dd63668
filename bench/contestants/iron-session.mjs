// As its README shows: the session itself is in the cookie, encrypted.

import express from 'express'
import { getIronSession, sealData } from 'iron-session'
import { each, listenExpress, secret, subject } from './common.mjs'

export async function start() {
  const app = express()
  const options = { password: secret, cookieName: 'session' }
  const guard = async (req, res, next) => {
    req.session = await getIronSession(req, res, options)
    return req.session.user === undefined ? res.status(401).json({}) : next()
  }
  app.get('/me', guard, (req, res) => res.json({ id: req.session.user.id }))
  return {
    ...(await listenExpress(app)),
    credentials: count =>
      each(count, async index => {
        const user = { id: subject(index), role: 'member' }
        return {
          subject: user.id,
          cookie: { cookie: `session=${await sealData({ user }, { password: secret })}` },
        }
      }),
  }
}
