/**
 * Why a refresh or a log-out has failed:
 *
 * - a number: the status of the server's answer,
 * - `network`: the server can't be reached,
 * - `timeout`: there was no answer in time,
 * - `signedout`: the server has refused the refresh, so the session is over,
 * - `signedin`: somebody else has signed in before the request was sent.
 */
export type ClientErrorCode = number | 'network' | 'timeout' | 'signedout' | 'signedin'

/**
 * A refresh or a log-out has failed. The message names its URL.
 *
 * @example
 * try {
 *   await client.refresh()
 * } catch (error) {
 *   if (error instanceof ClientError && error.code === 'timeout') showOffline()
 * }
 */
export class ClientError extends Error {
  override readonly name: string = 'ClientError'
  declare code: ClientErrorCode
  /** The answer of the server (a `Response`; its body is in `body`), or the error of the network. */
  declare readonly cause: unknown
  /** The body of the server's answer. */
  declare readonly body: Blob | undefined

  constructor(url: URL, code: ClientErrorCode, cause?: unknown, body?: Blob) {
    super(`${url}: ${code}`)
    this.code = code
    this.cause = cause
    this.body = body
  }
}

/**
 * What the application gets instead of the answer to its own request.
 *
 * @returns a 429 or 5xx, for each caller a copy of its own
 * @throws the error of the network as it is, otherwise the ClientError
 */
export const answerOf = (failure: ClientError): Response => {
  if ((failure.code as number) > 428) {
    return new Response(failure.body as Blob, failure.cause as Response)
  }
  throw failure.code === 'network' ? failure.cause : failure
}
