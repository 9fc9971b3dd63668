import tokenratchet from '@tokenratchet/express'
import express from 'express'
import { listenExpress } from './common.mjs'
import { credentials, options } from './ours.mjs'

export async function start(settings) {
  const app = express()
  const auth = tokenratchet(options(settings))
  app.use(auth.middleware)
  app.get('/me', auth.authenticate, (req, res) => res.json({ id: req.user.sub }))
  app.use(auth.errorHandler())
  return { ...(await listenExpress(app)), credentials: credentials(auth.tokens) }
}
