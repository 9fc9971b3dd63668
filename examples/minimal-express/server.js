// Login, a guarded route, refresh and log-out with Express: `npm start`. Sessions are in Redis if REDIS_URL is set.
import { randomBytes } from 'node:crypto'
import process from 'node:process'
import tokenratchet from '@tokenratchet/express'
import { redisStore } from '@tokenratchet/redis'
import express from 'express'
import { Redis } from 'ioredis'

const { TOKEN_SECRET, REDIS_URL, NODE_ENV, HOST = '127.0.0.1', PORT = '3000' } = process.env
if (!TOKEN_SECRET) {
  console.warn('TOKEN_SECRET is not set: this run uses a random one, so a restart logs everybody out.')
}
// A command fails after one more try, so an outage is answered with 503 at once.
const redis = REDIS_URL ? new Redis(REDIS_URL, { maxRetriesPerRequest: 1 }) : undefined
redis?.on('error', error => console.error(`Redis: ${error.message}`))

const app = express()
const auth = tokenratchet({
  secret: TOKEN_SECRET || randomBytes(32).toString('base64url'),
  // Without HTTPS, Safari and curl send a cookie only if it is not `Secure`.
  cookie: { secure: NODE_ENV === 'production' },
  ...(redis && { store: redisStore(redis) }),
})
app.use(auth.middleware, express.json())

app.post('/login', async (request, response) => {
  const user = await checkPassword(request.body ?? {})
  if (!user) {
    response.status(401).json({ error: 'wrong email or password' })
    return
  }
  response.json({ user, ...(await response.issueTokens({ subject: user.id, claims: { role: user.role } })) })
})
app.get('/me', auth.authenticate, (request, response) => response.json(request.user))
app.use(auth.errorHandler())

/** EVERYBODY KNOWS THIS PASSWORD: look up your own users here, with a slow hash such as argon2id. */
async function checkPassword({ email, password }) {
  return email === 'ada@example.com' && password === 'correct horse' ? { id: '7', role: 'member' } : undefined
}

const server = app.listen(Number(PORT), HOST, error => {
  if (error) {
    throw error
  }
  console.log(`listening on http://${HOST}:${server.address().port}`)
})
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    // Open requests may finish, for five seconds.
    setTimeout(() => server.closeAllConnections(), 5000).unref()
    server.close(async () => {
      await auth.close()
      redis?.disconnect()
    })
  })
}
