import type { ServerResponse } from 'node:http'
import onHeaders from 'on-headers'
import { noStore } from './answers.js'
import { nameInLine } from './cookie.js'
import { addHeaders, cookieLines, type RawResponse } from './headers.js'

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
  // It takes a response of HTTP/2 as well, and folds the headers of `writeHead` into those that were set before.
  onHeaders(response as ServerResponse, () => {
    if (cookies.areGood() && !setsAny(response, cookies.names)) {
      forbidStoring(response)
      addHeaders(response, { ...noStore, 'set-cookie': [...cookies.lines] })
    }
  })
  keepRepeated(response as ServerResponse)
}

function setsAny(response: RawResponse, names: readonly string[]): boolean {
  return cookieLines(response).some(line => names.includes(nameInLine(line)))
}

/** Beside the targeted ones of RFC 9213: what the caches of Akamai and nginx obey first. */
const overruling = new Set(['expires', 'surrogate-control', 'edge-control', 'x-accel-expires'])

/** Takes away what some shared caches believe before `Cache-Control`: they would give the cookies to others. */
function forbidStoring(response: RawResponse): void {
  for (const name of response.getHeaderNames()) {
    if (overruling.has(name) || name.endsWith('-cache-control')) {
      response.removeHeader(name)
    }
  }
}

/**
 * Of several headers of one name in a list of pairs on-headers would keep the last, and to a list of values that the
 * application gave it would add others. So it gets one flat list, a value at a time.
 */
function keepRepeated(response: ServerResponse): void {
  const fold = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse
  response.writeHead = (...given: unknown[]) => fold(...given.map(each => (isList(each) ? flat(each) : each)))
}

type List = readonly unknown[]

function isList(given: unknown): given is List {
  return Array.isArray(given)
}

/** Names and values in turn, from a list of either form. */
function flat(headers: List): List {
  const pairs = isList(headers[0]) ? (headers as readonly List[]) : inPairs(headers)
  return pairs.flatMap(([name, value]) => [value].flat().flatMap(each => [name, each]))
}

function inPairs(headers: List): List[] {
  return headers.flatMap((_, index) => (index % 2 === 0 ? [headers.slice(index, index + 2)] : []))
}
