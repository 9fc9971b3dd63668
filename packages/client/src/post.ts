import { ClientError } from './errors.js'
import { timeout } from './limits.js'
import { later } from './timers.js'

/**
 * Sends parameters as a form, with cookies if tokens travel in them. Never rejects.
 *
 * @param keepalive whether the request must outlive the page. Not for others: Chromium does not abort such a request, so a
 * late answer could set or clear the cookies of the next session
 * @returns what came back, as an error. Only the caller knows whether it is one
 */
export type Post = (
  url: URL,
  parameters: Record<string, unknown>,
  keepalive?: unknown,
) => Promise<ClientError>

/** Makes a `post` for one caller, whose requests do not overlap. A log-in aborts the one that is under way. */
export const createPost = (send: typeof fetch, inCookies: boolean, events: EventTarget): Post => {
  let controller: AbortController | undefined
  // A late answer would set or clear the cookies of the new session.
  events.addEventListener('signedin', () => controller?.abort())

  return async (url, parameters, keepalive) => {
    const own = new AbortController()
    controller = own
    later(timeout, () => own.abort())
    try {
      const response = await send(url, {
        method: 'POST',
        // A cookie and a token in the body would contradict each other.
        credentials: inCookies ? 'include' : 'omit',
        body: new URLSearchParams(parameters as Record<string, string>),
        // The page of a captive portal is no answer.
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
