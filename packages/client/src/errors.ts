/**
 * The reason why a refresh or a log-out failed:
 *
 * - a number: the status of the server's response,
 * - `network`: the server can't be reached,
 * - `timeout`: the server did not respond in time,
 * - `signedout`: the server refused the refresh, so the session is over,
 * - `signedin`: somebody else signed in before the request was sent, so it was not sent.
 *
 * @example
 * const isRetryable = (code: ClientErrorCode) => code === 'network' || code === 'timeout' || Number(code) >= 429
 */
export type ClientErrorCode = number | 'network' | 'timeout' | 'signedout' | 'signedin'

/**
 * The error for a refresh or a log-out that failed. The message names the URL and the code.
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
  /** The server's `Response`, whose body is in `body`; or the error of the network. */
  declare readonly cause: unknown
  /** The body of the server's response. */
  declare readonly body: Blob | undefined

  constructor(url: URL, code: ClientErrorCode, cause?: unknown, body?: Blob) {
    super(`${url}: ${code}`)
    this.code = code
    this.cause = cause
    this.body = body
  }
}

/**
 * Turns a failed refresh or log-out into the result of the application's own request.
 *
 * @returns the server's response for a 429 or 5xx; each caller gets its own copy
 * @throws the error of the network unchanged, or the ClientError for any other failure
 */
export const answerOf = (failure: ClientError): Response => {
  if ((failure.code as number) > 428) {
    return new Response(failure.body as Blob, failure.cause as Response)
  }
  throw failure.code === 'network' ? failure.cause : failure
}
