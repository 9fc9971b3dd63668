// Looks at no header. The requests have those of ours all the same: to parse them costs as well.

import express from 'express'
import { listenExpress, subject } from './common.mjs'

export async function start() {
  const app = express()
  app.get('/me', (_req, res) => res.json({ id: subject(0) }))
  return { port: await listenExpress(app) }
}
