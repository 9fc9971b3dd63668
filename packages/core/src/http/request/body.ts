import type { Readable } from 'node:stream'
import { TokenError } from '../../errors.js'
import { isTokenError } from '../../is-token-error.js'
import type { HttpRequest } from '../types.js'

/** The maximum bytes of a body. Token requests are small. */
const maxBody = 8192

/** The bytes of an oversized body that we still read. Many clients read the response only after sending everything. */
const maxDrained = 1024 * 1024

const names = ['grant_type', 'refresh_token', 'scope', 'if_stale', 'token', 'except'] as const

/** The parameters of a token request: RFC 6749 section 6, RFC 7009 section 2.1, and our own. Others are ignored. */
export type Parameters = Readonly<Partial<Record<(typeof names)[number], string>>>

/**
 * Reads the parameters of a token request from a form (RFC 6749 appendix B) or a JSON object, whether or not the
 * framework has already parsed it. A body of another type has no parameters.
 *
 * @throws TokenError `ERR_INVALID_BODY` for a body that is cut off, is malformed, or repeats a parameter (RFC 6749
 *   section 3.2); `ERR_BODY_TOO_LARGE`; `ERR_UNSUPPORTED_CONTENT_ENCODING`
 */
export async function readParameters(request: HttpRequest): Promise<Parameters> {
  const content = await readBody(request)
  if (isTokenError(content)) {
    throw content
  }
  if (typeof content === 'string' || Buffer.isBuffer(content)) {
    return parse(content.toString(), request.headers['content-type'])
  }
  return ofObject(content)
}

/**
 * Reads a body that the route does not use, in any encoding.
 *
 * @throws TokenError `ERR_INVALID_BODY` for a body that is cut off; `ERR_BODY_TOO_LARGE`
 */
export async function skipBody(request: HttpRequest): Promise<void> {
  const content = await readBody(request)
  if (isTokenError(content) && content.code !== 'ERR_UNSUPPORTED_CONTENT_ENCODING') {
    throw content
  }
}

/** Returns the body: text, what the framework has parsed, or the `TokenError` that describes what is wrong with it. */
async function readBody({ body, stream, headers }: HttpRequest): Promise<unknown> {
  const isUnread = stream !== undefined && !stream.readableDidRead && mayHaveBody(headers)
  return isUnread && isEmpty(body) ? receiveText(stream, headers) : body
}

/** Whether the headers allow a body. HTTP/2 announces a body only with its frames, so there it may always have one. */
function mayHaveBody(headers: HttpRequest['headers']): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding, ':authority': authority } = headers
  return length !== undefined || encoding !== undefined || authority !== undefined
}

/** Body parsers of Express 4 leave an empty object where they read nothing. */
function isEmpty(body: unknown): boolean {
  return body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0)
}

/**
 * Reads the text of a body, for frameworks that read it before they pass a request on. It never rejects: an unreadable
 * body resolves to a `TokenError`, so that the route can respond in its own format.
 *
 * @param headers the headers of the request, if nothing has decoded the stream
 * @example
 * ```ts
 * const body = await receiveText(request, request.headers)
 * ```
 */
export function receiveText(
  stream: Readable,
  headers: HttpRequest['headers'] = {},
): Promise<string | TokenError> {
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let length = 0
    let isDone = false
    const finish = (answer: () => string | TokenError) => {
      if (!isDone) {
        isDone = true
        resolve(answer())
      }
    }
    const receive = (chunk: Buffer | string) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      length += bytes.length
      if (length > maxBody) {
        // The stream is not destroyed when we stop early: the response needs the connection.
        stream.off('data', receive)
        drain(stream)
        finish(() => new TokenError('ERR_BODY_TOO_LARGE'))
      } else {
        chunks.push(bytes)
      }
    }
    const receivedAll = () =>
      // An encoded body is read to its end too: many clients read the response only after sending everything.
      length > 0 && isEncoded(headers)
        ? new TokenError('ERR_UNSUPPORTED_CONTENT_ENCODING')
        : Buffer.concat(chunks).toString()
    const cutOff = () => new TokenError('ERR_INVALID_BODY')
    // This listener stays: an error after we have stopped reading must not end the process.
    stream.on('error', () => finish(cutOff))
    if (stream.readableEnded) {
      finish(receivedAll)
    } else if (stream.destroyed) {
      finish(cutOff)
    } else {
      stream.on('end', () => finish(receivedAll))
      stream.on('close', () => finish(cutOff))
      stream.on('data', receive)
      // Something may have paused the stream before.
      stream.resume()
    }
  })
}

/** Whether the body is encoded. The header is a list of codings in any case (RFC 9110 section 8.4). */
function isEncoded({ 'content-encoding': encoding = '' }: HttpRequest['headers']): boolean {
  return encoding.split(',').some(coding => !['', 'identity'].includes(coding.trim().toLowerCase()))
}

function drain(stream: Readable): void {
  let drained = 0
  stream.on('data', chunk => {
    drained += chunk.length
    if (drained > maxDrained) {
      stream.destroy()
    }
  })
}

function parse(text: string, contentType = ''): Parameters {
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/x-www-form-urlencoded') {
    const form = new URLSearchParams(text)
    return pick(name => {
      const values = form.getAll(name)
      return values.length > 1 ? values : values[0]
    })
  }
  return type === 'application/json' && text !== '' ? ofObject(parseJson(text)) : {}
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new TokenError('ERR_INVALID_BODY')
  }
}

function ofObject(body: unknown): Parameters {
  if (body === undefined || body === null) {
    return {}
  }
  if (typeof body !== 'object' || Array.isArray(body)) {
    throw new TokenError('ERR_INVALID_BODY')
  }
  const members = body as Record<string, unknown>
  return pick(name => (Object.hasOwn(members, name) ? members[name] : undefined))
}

/** Picks the known parameters. A parameter without a value counts as omitted (RFC 6749 section 3.2). */
function pick(valueIn: (name: string) => unknown): Parameters {
  const found: { -readonly [Name in keyof Parameters]: Parameters[Name] } = {}
  for (const name of names) {
    const value = valueIn(name) ?? ''
    if (typeof value !== 'string') {
      throw new TokenError('ERR_INVALID_BODY')
    }
    if (value !== '') {
      found[name] = value
    }
  }
  return found
}
