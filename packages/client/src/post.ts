import { ClientError } from './errors.js'
import { timeout } from './limits.js'
import { later } from './timers.js'

/**
 * Sends parameters as a form, with cookies if tokens travel in them. Never rejects.
 *
 * @returns what came back, as an error. Only the caller knows whether it is one
 */
export type Post = (url: URL, parameters: Record<string, string>) => Promise<ClientError>

export const createPost =
  (send: typeof fetch, inCookies: boolean, events: EventTarget): Post =>
  async (url, parameters) => {
    const controller = new AbortController()
    const abort = () => controller.abort()
    const attempt = (keepalive: boolean) =>
      send(url, {
        method: 'POST',
        // A cookie and a token in the body would contradict each other.
        credentials: inCookies ? 'include' : 'omit',
        body: new URLSearchParams(parameters),
        // The page of a captive portal is no answer.
        redirect: 'error',
        keepalive,
        signal: controller.signal,
      })
    // This also removes the next listener.
    later(timeout, abort)
    // A late answer would set or clear the cookies of the new session.
    events.addEventListener('signedin', abort, controller)
    try {
      // With `keepalive` the cookies arrive even if the tab is closed now. Browsers refuse it beyond 64 KiB under way.
      const response = await attempt(true).catch(() => attempt(false))
      return new ClientError(url, response.status, response, await response.blob())
    } catch (cause) {
      return new ClientError(url, controller.signal.aborted ? 'timeout' : 'network', cause)
    }
  }
