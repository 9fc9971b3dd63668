import type { ServerResponse } from 'node:http'
import { nameInLine } from './cookie.js'
import { addHeaders, cookieLines, type RawResponse } from './headers.js'
import { whenHeadersLeave } from './leaving.js'

/** Cookies that a response shall carry, if they still may when its headers leave. */
export interface LateCookies {
  /** Those that the application may set or clear itself: then it has the last word. */
  readonly names: readonly string[]
  readonly lines: readonly string[]
  /** Asked when the headers leave. */
  areGood(): boolean
}

/**
 * Adds cookies at the last moment, when nothing can take them away any more: a handler may set its own headers, in
 * any form that `writeHead` takes, redirect, stream, or fail.
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
  // With HTTP/2 it is there, though its types know nothing of it.
  const node = response as ServerResponse
  const writeHead = node.writeHead.bind(node) as (...given: unknown[]) => void
  node.writeHead = (...given: unknown[]) => {
    try {
      writeHead(...given)
    } catch (error) {
      if (areAdded && !response.headersSent) {
        // What is answered instead says anew who may store it, and asks nobody.
        areAdded = false
        withdraw(response, cookies.lines)
      }
      throw error
    }
    if (areAdded) {
      // Node keeps a head back until there is a body, which may come when the cookies are good no more.
      areAdded = false
      node.flushHeaders()
    }
    return node
  }
}

function setsAny(response: RawResponse, names: readonly string[]): boolean {
  return cookieLines(response).some(line => names.includes(nameInLine(line)))
}

/** Beside the targeted ones of RFC 9213: what the caches of Akamai and nginx obey first. */
const overruling = new Set(['expires', 'surrogate-control', 'edge-control', 'x-accel-expires'])

/**
 * Takes away what some shared caches believe before `Cache-Control` as well: they would give the cookies to others.
 * `no-transform` says nothing of caches: a stream of events keeps compression away by it.
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
