// Reads no header. It receives the same headers as ours, because parsing them costs time too.
// With `layers`, it has two middlewares that do nothing, where ours has `auth.middleware` and `auth.authenticate`.

import express from 'express'
import { listenExpress, subject } from './common.mjs'

const nothing = (_req, _res, next) => next()

export async function start({ layers = false }) {
  const app = express()
  const guards = []
  if (layers) {
    app.use(nothing)
    guards.push(nothing)
  }
  app.get('/me', ...guards, (_req, res) => res.json({ id: subject(0) }))
  return listenExpress(app)
}
