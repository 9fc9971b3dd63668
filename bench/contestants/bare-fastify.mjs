// Looks at no header. The requests have those of ours all the same: to parse them costs as well.

import Fastify from 'fastify'
import { listenFastify, subject } from './common.mjs'

export async function start() {
  const app = Fastify()
  app.get('/me', () => ({ id: subject(0) }))
  return listenFastify(app)
}
