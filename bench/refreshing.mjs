// A process that refreshes sessions of one Redis server, some at a time.

import process from 'node:process'
import { createTokens } from '@tokenratchet/core'
import { redisStore } from '@tokenratchet/redis'
import { connect } from './redis-server.mjs'

process.once('disconnect', () => process.exit())

const { redis, secret } = JSON.parse(process.argv[2])
const tokens = createTokens({ secret, store: redisStore(connect(redis)) })
await tokens.ready()
let refreshTokens = []

/** Each of these takes turns with the others: none waits for long in our own queue. */
const atATime = 4

process.on('message', async question => {
  refreshTokens = question.refreshTokens ?? refreshTokens
  const took = []
  let left = question.refreshes
  let next = Math.floor(Math.random() * refreshTokens.length)
  await Promise.all(
    Array.from({ length: atATime }, async () => {
      while (left-- > 0) {
        const index = next++ % refreshTokens.length
        const begun = performance.now()
        refreshTokens[index] = (await tokens.refresh(refreshTokens[index])).refreshToken
        took.push(performance.now() - begun)
      }
    }),
  )
  process.send({ took })
})
process.send({})
