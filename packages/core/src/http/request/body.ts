import type { Readable } from 'node:stream'
import { TokenError } from '../../errors.js'
import { isTokenError } from '../../is-token-error.js'
import type { HttpRequest } from '../types.js'

/** Token requests are small. */
const maxBody = 8192

/** What we go on to take of a body that is too long: many clients read an answer only when they have sent it all. */
const maxDrained = 1024 * 1024

const names = ['grant_type', 'refresh_token', 'scope', 'if_stale', 'token', 'except'] as const

/** What a token request asks, of RFC 6749 section 6, of RFC 7009 section 2.1, and of ours; the rest is ignored. */
export type Parameters = Readonly<Partial<Record<(typeof names)[number], string>>>

/**
 * The parameters of a token request: of a form (RFC 6749 appendix B) or of a JSON object, whether the framework has
 * parsed it already or not. A body of another type holds none.
 *
 * @throws TokenError `ERR_INVALID_BODY` for one that breaks off, is malformed, or repeats a parameter (RFC 6749
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
 * Reads a body that holds nothing for the route, in whatever encoding.
 *
 * @throws TokenError `ERR_INVALID_BODY` for one that breaks off; `ERR_BODY_TOO_LARGE`
 */
export async function skipBody(request: HttpRequest): Promise<void> {
  const content = await readBody(request)
  if (isTokenError(content) && content.code !== 'ERR_UNSUPPORTED_CONTENT_ENCODING') {
    throw content
  }
}

/** The whole body, whatever it is: text, what the framework has made of it, or what is wrong with it. */
async function readBody({ body, stream, headers }: HttpRequest): Promise<unknown> {
  const isUnread = stream !== undefined && !stream.readableDidRead && mayHaveBody(headers)
  return isUnread && isEmpty(body) ? receiveText(stream, headers) : body
}

/** HTTP/2 says so by its frames alone. */
function mayHaveBody(headers: HttpRequest['headers']): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding, ':authority': authority } = headers
  return length !== undefined || encoding !== undefined || authority !== undefined
}

/** Body parsers of Express 4 leave an empty object where they read nothing. */
function isEmpty(body: unknown): boolean {
  return body === undefined || body === null || (typeof body === 'object' && Object.keys(body).length === 0)
}

/**
 * The text of a body, for frameworks that read it before they hand a request on.
 *
 * @param headers of the request, where the stream is the body as it came over the wire: nothing has decoded it
 * @returns what is wrong with it instead of rejecting: that is for the route to answer, in its own form
 */
export async function receiveText(
  stream: Readable,
  headers: HttpRequest['headers'] = {},
): Promise<string | TokenError> {
  const chunks: Buffer[] = []
  let length = 0
  // For good: an error that comes after we have stopped reading must end no process.
  stream.on('error', () => {})
  try {
    // Not destroyed when we stop in the middle: the connection is needed for the answer.
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.from(chunk)
      length += bytes.length
      if (length > maxBody) {
        drain(stream)
        return new TokenError('ERR_BODY_TOO_LARGE')
      }
      chunks.push(bytes)
    }
  } catch {
    return new TokenError('ERR_INVALID_BODY')
  }
  // Read to its end all the same: many clients take an answer only when they have sent everything.
  return length > 0 && isEncoded(headers)
    ? new TokenError('ERR_UNSUPPORTED_CONTENT_ENCODING')
    : Buffer.concat(chunks).toString()
}

/** RFC 9110 section 8.4: a list of codings, in any case. */
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

/** A parameter without a value is as if it were not there (RFC 6749 section 3.2). */
function pick(valueIn: (name: string) => unknown): Parameters {
  const found = names.map(name => [name, valueIn(name) ?? ''] as const)
  if (found.some(([, value]) => typeof value !== 'string')) {
    throw new TokenError('ERR_INVALID_BODY')
  }
  return Object.fromEntries(found.filter(([, value]) => value !== ''))
}
