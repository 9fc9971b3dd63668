// A body is read and checked before a handler sees it.
import { Ajv } from 'ajv'
import express, { type RequestHandler } from 'express'
import type { Credentials, Rules } from './credentials.js'
import { refusal } from './refusal.js'

const ajv = new Ajv()

/** Numbers and `null` are JSON too: whether they will do is for the schema to say. */
const readJson = express.json({ limit: 8 * 1024, strict: false, inflate: false })

/** For a route, in front of its handler. */
export function bodyOf({ schema, message }: Rules): RequestHandler<object, unknown, Credentials>[] {
  const isValid = ajv.compile(schema)
  const check: RequestHandler<object> = (request, _response, next) => {
    if (!isValid(request.body)) {
      throw refusal(400, message)
    }
    next()
  }
  return [onlyJson, readJson, check]
}

const onlyJson: RequestHandler<object> = (request, _response, next) => {
  const isOther = request.is('application/json') === false
  if (isOther && request.get('content-length') !== '0') {
    throw refusal(415, 'Unsupported Media Type')
  }
  next()
}
