import type { ServerResponse } from 'node:http'
import { nameInLine } from './cookie.js'
import { addHeaders, cookieLines, type RawResponse } from './headers.js'
import { whenHeadersLeave } from './leaving.js'

/** Cookies to add to a response when its headers leave, if they are still good then. */
export interface LateCookies {
  /** Names of cookies. If the application sets or clears one of them itself, `lines` are not added. */
  readonly names: readonly string[]
  /** The `Set-Cookie` lines to add. */
  readonly lines: readonly string[]
  /** Tells whether the cookies may still be sent. It is called once at most, when the headers leave. */
  areGood(): boolean
}

/**
 * Adds cookies to a response at the last moment, so that nothing can remove them. A handler may set its own headers in
 * any form that `writeHead` takes, redirect, stream, or fail.
 *
 * | what happens | state that follows | what is sent |
 * |---|---|---|
 * | called after the headers have left | done | none of our cookies |
 * | called before | waiting | nothing yet |
 * | waiting: `writeHead` throws for an invalid header | waiting | nothing yet: the next `writeHead` decides |
 * | waiting: headers leave, `areGood()` is false | done | the response, without our cookies |
 * | waiting: headers leave, the application sets one of `names` | done | the response, with its cookies, not ours |
 * | waiting: headers leave otherwise | added | nothing yet: our cookies and `no-store` are on the response |
 * | added: `writeHead` returns | done | the head at once, with our cookies |
 * | added: `writeHead` throws, as for an invalid status | done | none of our cookies, whatever is sent next |
 */
export function addLateCookies(response: RawResponse, cookies: LateCookies): void {
  if (response.headersSent) {
    return
  }
  let areAdded = false
  whenHeadersLeave(response, () => {
    areAdded = cookies.areGood() && !setsAny(response, cookies.names)
    if (areAdded) {
      forbidStoring(response)
      addHeaders(response, { 'set-cookie': [...cookies.lines] })
    }
  })
  // HTTP/2 responses have these methods too, although their types differ.
  const node = response as ServerResponse
  const writeHead = node.writeHead.bind(node) as (...given: unknown[]) => void
  node.writeHead = (...given: unknown[]) => {
    try {
      writeHead(...given)
    } catch (error) {
      if (areAdded && !response.headersSent) {
        // Another response will be sent. It sets its own Cache-Control, and our listener does not run again.
        areAdded = false
        withdraw(response, cookies.lines)
      }
      throw error
    }
    if (areAdded) {
      // Node holds the head back until there is a body. By then the cookies may no longer be good.
      areAdded = false
      node.flushHeaders()
    }
    return node
  }
}

function setsAny(response: RawResponse, names: readonly string[]): boolean {
  return cookieLines(response).some(line => names.includes(nameInLine(line)))
}

/** Headers that the caches of Akamai and nginx obey before `Cache-Control`, besides the targeted ones of RFC 9213. */
const overruling = new Set(['expires', 'surrogate-control', 'edge-control', 'x-accel-expires'])

/**
 * Forbids every cache to store the response: a shared cache would give one user's cookies to others. Headers that some
 * shared caches obey before `Cache-Control` are removed. `no-transform` is kept: it does not allow storing, and event
 * streams need it to prevent compression.
 */
function forbidStoring(response: RawResponse): void {
  const isPlain = !/\bno-transform\b/i.test(String(response.getHeader('cache-control')))
  response.setHeader('cache-control', isPlain ? 'no-store' : 'no-store, no-transform')
  for (const name of response.getHeaderNames()) {
    if (overruling.has(name) || name.endsWith('-cache-control')) {
      response.removeHeader(name)
    }
  }
}

function withdraw(response: RawResponse, lines: readonly string[]): void {
  const others = cookieLines(response).filter(line => !lines.includes(line))
  response.removeHeader('set-cookie')
  if (others.length > 0) {
    response.setHeader('set-cookie', others)
  }
}
