import type { ServerResponse } from 'node:http'
import onHeaders from 'on-headers'
import type { RawResponse } from './headers.js'

/**
 * Calls a listener once, right before the headers leave. By then the handler, error handlers and `writeHead` have set
 * their headers, and the status is known.
 */
export function whenHeadersLeave(response: RawResponse, listener: () => void): void {
  // on-headers supports HTTP/2 responses too. It merges the headers of `writeHead` into those set before.
  const node = response as ServerResponse
  onHeaders(node, listener)
  const fold = node.writeHead.bind(node) as (...given: unknown[]) => void
  node.writeHead = (...given: unknown[]) => {
    foldEachValue(fold, ...given)
    return node
  }
}

/**
 * Works around three faults of on-headers. It keeps only the last of several headers of one name in a list of pairs. It
 * appends values to a list that belongs to the application. It overlooks headers that follow an omitted reason. So it
 * gets one flat list with one value at a time.
 */
function foldEachValue(fold: (...given: unknown[]) => void, status?: unknown, ...given: unknown[]): void {
  fold(status, ...given.filter(each => each != null).map(each => (isList(each) ? flat(each) : each)))
}

type List = readonly unknown[]

function isList(given: unknown): given is List {
  return Array.isArray(given)
}

/** Returns names and values in turn, from a flat list or a list of pairs. */
function flat(headers: List): List {
  const pairs = isList(headers[0]) ? (headers as readonly List[]) : inPairs(headers)
  return pairs.flatMap(([name, value]) => [value].flat().flatMap(each => [name, each]))
}

function inPairs(headers: List): List[] {
  return headers.flatMap((_, index) => (index % 2 === 0 ? [headers.slice(index, index + 2)] : []))
}
