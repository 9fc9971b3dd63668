// As its README has it, but with the user from the token, not from a database.

import express from 'express'
import jwt from 'jsonwebtoken'
import passport from 'passport'
import { ExtractJwt, Strategy } from 'passport-jwt'
import { claims, each, listenExpress, secret } from './common.mjs'

export async function start({ algorithm }) {
  const app = express()
  const options = {
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    secretOrKey: secret,
    algorithms: [algorithm],
  }
  passport.use(new Strategy(options, (payload, done) => done(null, payload)))
  app.get('/me', passport.authenticate('jwt', { session: false }), (req, res) =>
    res.json({ id: req.user.sub }),
  )
  return {
    ...(await listenExpress(app)),
    credentials: count =>
      each(count, index => {
        const said = claims(index)
        const token = jwt.sign(said, secret, { algorithm, expiresIn: '10m' })
        return { subject: said.sub, bearer: { authorization: `Bearer ${token}` } }
      }),
  }
}
