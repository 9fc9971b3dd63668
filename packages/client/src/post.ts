import { ClientError } from './errors.js'
import { timeout } from './limits.js'
import { later } from './timers.js'

/**
 * Sends parameters as a form, with cookies if tokens travel in them. Never rejects.
 *
 * @param keepalive whether the answer's cookies are wanted even if the page is left now. Browsers refuse it beyond 64 KiB under
 * way; then the request is sent without. And Chromium does not abort such a request
 * @returns what came back, as an error. Only the caller knows whether it is one
 */
export type Post = (url: URL, parameters: Record<string, string>, keepalive: boolean) => Promise<ClientError>

export const createPost = (send: typeof fetch, inCookies: boolean, events: EventTarget): Post => {
  let controller: AbortController | undefined
  // A late answer would set or clear the cookies of the new session.
  events.addEventListener('signedin', () => controller?.abort())

  return async (url, parameters, keepalive) => {
    const own = new AbortController()
    controller = own
    const attempt = (isKept?: boolean) =>
      send(url, {
        method: 'POST',
        // A cookie and a token in the body would contradict each other.
        credentials: inCookies ? 'include' : 'omit',
        body: new URLSearchParams(parameters),
        // The page of a captive portal is no answer.
        redirect: 'error',
        keepalive: isKept as boolean,
        signal: own.signal,
      })
    later(timeout, () => own.abort())
    try {
      const response = await attempt(keepalive).catch(() => attempt())
      return new ClientError(url, response.status, response, await response.blob())
    } catch (cause) {
      return new ClientError(url, own.signal.aborted ? 'timeout' : 'network', cause)
    }
  }
}
