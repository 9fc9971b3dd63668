// Login, a guarded route, refresh and log-out with Fastify: `npm start`. Sessions are in Redis if REDIS_URL is set.
import { randomBytes } from 'node:crypto'
import process from 'node:process'
import tokenratchet from '@tokenratchet/fastify'
import { redisStore } from '@tokenratchet/redis'
import Fastify from 'fastify'
import { Redis } from 'ioredis'

const { TOKEN_SECRET, REDIS_URL, NODE_ENV, HOST = '127.0.0.1', PORT = '3000' } = process.env
if (!TOKEN_SECRET) {
  console.warn('TOKEN_SECRET is not set: this run uses a random one, so a restart logs everybody out.')
}
// A command fails after one more try, so an outage is answered with 503 at once.
const redis = REDIS_URL ? new Redis(REDIS_URL, { maxRetriesPerRequest: 1 }) : undefined
redis?.on('error', error => console.error(`Redis: ${error.message}`))

const app = Fastify()
await app.register(tokenratchet, {
  secret: TOKEN_SECRET || randomBytes(32).toString('base64url'),
  // Without HTTPS, Safari and curl send a cookie only if it is not `Secure`.
  cookie: { secure: NODE_ENV === 'production' },
  ...(redis && { store: redisStore(redis) }),
})

app.post('/login', async (request, reply) => {
  const user = await checkPassword(request.body ?? {})
  if (!user) {
    return reply.code(401).send({ error: 'wrong email or password' })
  }
  return { user, ...(await reply.issueTokens({ subject: user.id, claims: { role: user.role } })) }
})
app.get('/me', { config: { auth: true } }, request => request.user)

/** EVERYBODY KNOWS THIS PASSWORD: look up your own users here, with a slow hash such as argon2id. */
async function checkPassword({ email, password }) {
  return email === 'ada@example.com' && password === 'correct horse' ? { id: '7', role: 'member' } : undefined
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    // Open requests may finish, for five seconds.
    setTimeout(() => app.server.closeAllConnections(), 5000).unref()
    await app.close()
    redis?.disconnect()
  })
}
console.log(`listening on ${await app.listen({ host: HOST, port: Number(PORT) })}`)
