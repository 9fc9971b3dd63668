// The store brings a copy of the core that is not the adapter's: how does the application see that Redis is away?
import fastifyTokens, { isTokenError, TokenError } from '@tokenratchet/fastify'
import { redisStore } from '@tokenratchet/redis'
import Fastify from 'fastify'
import { Redis } from 'ioredis'

const client = new Redis({ port: 1, lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null })
client.on('error', () => {})
const app = Fastify()
await app.register(fastifyTokens, {
  secret: 'a secret of thirty-two bytes, or more',
  store: redisStore(client),
  onEvent: () => {},
})
let seen
app.addHook('onError', async (_request, _reply, error) => {
  seen = error
})
app.post('/login', (_request, reply) => reply.issueTokens({ subject: 'ada', transport: 'body' }))
const { statusCode, headers } = await app.inject({ method: 'POST', url: '/login' })
const cause = seen.cause.message.split(' (', 1)[0]
console.log(
  [statusCode, headers['retry-after'], seen instanceof TokenError, isTokenError(seen), cause].join(', '),
)
await app.close()
client.disconnect()
