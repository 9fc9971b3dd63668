// A middleware that somebody writes with a library that verifies.

import express from 'express'
import { each, listenExpress } from './common.mjs'
import { verifiers } from './verifiers.mjs'

export async function start({ verifier, ...settings }) {
  const { credential, isAsync, verify } = await verifiers[verifier](settings)
  const app = express()
  const guard = isAsync
    ? async (req, _res, next) => {
        req.user = await verify(req.headers)
        next()
      }
    : (req, _res, next) => {
        req.user = verify(req.headers)
        next()
      }
  app.get('/me', guard, (req, res) => res.json({ id: req.user.sub }))
  app.use((_error, _req, res, _next) => res.status(401).json({}))
  return { ...(await listenExpress(app)), credentials: count => each(count, credential) }
}
