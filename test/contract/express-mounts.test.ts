// Express alone has mount paths. What is in front of the token routes is matched by Express, as it likes.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import tokenratchet from '@tokenratchet/express'
import express5 from 'express'
import express4 from 'express4'
import t from 'tap'
import { send } from './http.js'

/** The status of a POST without credentials: 400 is that of the route. */
const statuses: Record<string, number | Record<string, number>> = {
  '/api/v1/auth/refresh': 400,
  '/api/v1/auth/refresh?a=b': 400,
  '/API/v1/auth/refresh': 400,
  '/auth/refresh': 404,
  '/api/auth/refresh': 404,
  '/api/v1/auth/refresh/': 404,
  '/api/v1/Auth/refresh': 404,
  '/api/v1//auth/refresh': { 5: 404, 4: 400 },
  '/api//v1/auth/refresh': { 5: 404, 4: 400 },
  '//api/v1/auth/refresh': 404,
  '/api/v1/auth/refres%68': 404,
  '/api/v1/api/v1/auth/refresh': 404,
}

for (const [version, express] of Object.entries({ 5: express5, 4: express4 as unknown as typeof express5 })) {
  t.test(`Express ${version}: the token routes are below the mount path, and match exactly`, async t => {
    const app = express()
    const auth = tokenratchet({ secret: randomBytes(32).toString('base64url') })
    const api = express.Router()
    api.use('/v1', auth.middleware)
    app.use('/api', api)
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => {
      server.close()
      return auth.close()
    })
    const { port } = server.address() as AddressInfo
    for (const [url, expected] of Object.entries(statuses)) {
      const status = typeof expected === 'number' ? expected : expected[version]
      const headers = { 'sec-fetch-site': 'same-origin' }
      t.equal((await send(port, { method: 'POST', url, headers })).status, status, url)
    }
  })
}
