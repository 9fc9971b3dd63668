import { ClientError } from './errors.js'
import { timeout } from './limits.js'
import { later } from './timers.js'

/**
 * Sends parameters as a form, with cookies if tokens travel in them. Never rejects.
 *
 * @param keepalive whether the request must outlive the page. Do not set it for other requests: Chromium does not abort
 * such a request, so a late answer could set or clear the cookies of the next session
 * @returns a ClientError that holds the response even if it is a success: only the caller knows which it is
 */
export type Post = (url: URL, parameters: Record<string, string>, keepalive?: boolean) => Promise<ClientError>

/** Creates a `post` for one caller. A login aborts its latest request without `keepalive`. */
export const createPost = (send: typeof fetch, inCookies: boolean, events: EventTarget): Post => {
  let controller: AbortController | undefined
  // A late answer would set or clear the cookies of the new session.
  events.addEventListener('signedin', () => controller?.abort())

  return async (url, parameters, keepalive) => {
    const own = new AbortController()
    controller = keepalive ? controller : own
    later(timeout, () => own.abort())
    try {
      const response = await send(url, {
        method: 'POST',
        // A cookie and a token in the body would contradict each other.
        credentials: inCookies ? 'include' : 'omit',
        body: new URLSearchParams(parameters),
        // A redirect may lead to the page of a captive portal, which is not an answer.
        redirect: 'error',
        keepalive: keepalive as boolean,
        signal: own.signal,
      })
      return new ClientError(url, response.status, response, await response.blob())
    } catch (cause) {
      return new ClientError(url, own.signal.aborted ? 'timeout' : 'network', cause)
    }
  }
}
