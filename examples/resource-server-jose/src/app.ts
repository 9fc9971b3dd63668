// One guarded route, without a framework.
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server } from 'node:http'
import type { Config } from './config.js'
import { type Claims, InvalidToken, type Verify, verifier } from './verify.js'

interface Answer {
  status: number
  headers?: OutgoingHttpHeaders
  body: object
}

export function buildServer(config: Config): Server {
  const verify = verifier(config)
  return createServer(async (request, response) => {
    const { status, headers, body } = await answer(request, verify)
    response.writeHead(status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...headers,
    })
    response.end(JSON.stringify(body))
  })
}

async function answer(request: IncomingMessage, verify: Verify): Promise<Answer> {
  if (request.method !== 'GET' || request.url !== '/whoami') {
    return { status: 404, body: { message: 'There is only GET /whoami' } }
  }
  // A Bearer token only: the cookies of the example app are for its own host.
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(request.headers.authorization ?? '') ?? []
  if (token === undefined) {
    return refused('Bearer', 'An access token is required')
  }
  try {
    return { status: 200, body: whoIs(await verify(token)) }
  } catch (error) {
    if (error instanceof InvalidToken) {
      // RFC 6750 section 3.1. What exactly is wrong is nobody's business.
      return refused('Bearer error="invalid_token"', error.message)
    }
    console.error(`The keys can't be had: ${error instanceof Error ? error.message : error}`)
    return { status: 503, headers: { 'retry-after': '5' }, body: { message: 'Try again in a moment' } }
  }
}

function whoIs({ sub, email }: Claims): object {
  return { subject: sub, email }
}

function refused(challenge: string, message: string): Answer {
  return { status: 401, headers: { 'www-authenticate': challenge }, body: { message } }
}
