import { once } from 'node:events'
import tokenratchet from '@tokenratchet/express'
import express from 'express'
import { visit } from './visit.mjs'

async function main() {
  const auth = tokenratchet({ secret: 'a secret of thirty-two bytes, or more' })
  const app = express()
  app.use(auth.middleware)
  app.post('/login', async (_req, res) => {
    res.json(await res.issueTokens({ subject: 'ada', transport: 'body' }))
  })
  app.get('/me', auth.authenticate, (req, res) => res.json(req.user))
  app.use(auth.errorHandler())
  const server = app.listen(0)
  await once(server, 'listening')
  console.log(await visit(`http://127.0.0.1:${server.address().port}`, ['/me']))
  server.close()
  await auth.close()
}

void main()
