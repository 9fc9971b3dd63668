// What is answered to a request that fails: JSON, and nothing about our insides.
import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { refusal } from './refusal.js'

/** Behind all routes. */
export const notFound: RequestHandler = request => {
  throw refusal(404, `Route ${request.method}:${request.originalUrl} not found`)
}

/** Last of all, behind `auth.errorHandler()`. Express knows handlers of errors by their four parameters. */
export const answerError: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) {
    // Nothing can be said any more: Express breaks the connection off.
    return next(error)
  }
  const { statusCode, message } = unreadable[error?.type] ?? toldOf(error) ?? failure
  if (statusCode === 500) {
    // For the log.
    response.err = error instanceof Error ? error : new Error(String(error))
  }
  // What express.static had said about a file that it doesn't send after all.
  response.type('json')
  response.status(statusCode).json({ statusCode, error: STATUS_CODES[statusCode], message })
}

interface Told {
  statusCode: number
  message: string
}

/** Errors of express.json. Their own messages repeat the body, which may hold a password. */
const unreadable: Record<string, Told> = {
  'entity.parse.failed': {
    statusCode: 400,
    message: "Body is not valid JSON but content-type is set to 'application/json'",
  },
  'entity.too.large': {
    statusCode: 413,
    message: 'Request body is too large',
  },
}

const failure: Told = { statusCode: 500, message: 'Something went wrong' }

/** Refusals, ours or of Express, are made to be told. */
function toldOf(error: Partial<Told> | undefined): Told | undefined {
  const { statusCode = 500, message = '' } = error ?? {}
  return statusCode < 500 ? { statusCode, message } : undefined
}
