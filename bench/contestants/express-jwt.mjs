// As its README has it; cookies by cookie-parser. It has no EdDSA: RS256 is its asymmetric algorithm.

import cookieParser from 'cookie-parser'
import express from 'express'
import { expressjwt } from 'express-jwt'
import jwt from 'jsonwebtoken'
import { claims, each, listenExpress, rsa, shared } from './common.mjs'

export async function start({ algorithm, keyObject }) {
  const { publicKey, privateKey } = algorithm === 'RS256' ? rsa() : shared(keyObject)
  const app = express()
  const guard = { secret: publicKey, algorithms: [algorithm] }
  const answer = (req, res) => res.json({ id: req.auth.sub })
  app.get('/me', cookieParser(), expressjwt({ ...guard, getToken }), answer)
  app.use((error, _req, res, _next) => res.status(error.status ?? 500).json({}))
  return {
    ...(await listenExpress(app)),
    credentials: count =>
      each(count, index => {
        const said = claims(index)
        const token = jwt.sign(said, privateKey, { algorithm, expiresIn: '10m' })
        return {
          subject: said.sub,
          bearer: { authorization: `Bearer ${token}` },
          cookie: { cookie: `token=${token}` },
        }
      }),
  }
}

function getToken(req) {
  const [scheme, token] = req.headers.authorization?.split(' ') ?? []
  return scheme === 'Bearer' ? token : req.cookies.token
}
