// What is answered to a request that fails: JSON, and nothing about our insides.
import { STATUS_CODES } from 'node:http'
import { isTokenError } from '@tokenratchet/fastify'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { securityHeaders } from './headers.js'

export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (isTokenError(error)) {
    // With its headers: Fastify does it.
    return reply.send(error)
  }
  // Refusals, ours or of Fastify, are made to be told.
  const { statusCode = 500, message } = error
  if (statusCode < 500) {
    return reply.code(statusCode).send({ statusCode, error: STATUS_CODES[statusCode], message })
  }
  request.log.error(error)
  const answer = { statusCode: 500, error: 'Internal Server Error', message: 'Something went wrong' }
  return reply.code(500).send(answer)
}

export function answerUnrouted(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(securityHeaders).send(error)
}
