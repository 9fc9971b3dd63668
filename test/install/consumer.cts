import core = require('@tokenratchet/core')
import testing = require('@tokenratchet/core/testing')
import fastifyTokens = require('@tokenratchet/fastify')
import expressTokens = require('@tokenratchet/express')
import redis = require('@tokenratchet/redis')
import Fastify = require('fastify')

const secret = 'a secret of thirty-two bytes, or more'
export const tokens: core.Tokens = core.createTokens({ secret, now: testing.fakeClock().now })
export const middleware: expressTokens.Tokenratchet = expressTokens.tokenratchet({ secret })
export const store = redis.redisStore
void Fastify().register(fastifyTokens.default, { secret })
