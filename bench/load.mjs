// Load over HTTP by autocannon.

import autocannon from 'autocannon'
import { connections } from './settings.mjs'

const body = JSON.stringify({})

/**
 * @param headers of the requests, one after another, spread over the clients
 * @param limit `{ seconds }`, `{ requests }`, or `{ all: true }` for each of the headers once
 * @returns requests per second
 */
export async function get(port, headers, limit) {
  const share = Math.floor(headers.length / connections)
  let next = 0
  return run({
    url: `http://127.0.0.1:${port}/me`,
    ...limitOf(limit.all ? { requests: share * connections } : limit),
    setupClient(client) {
      const first = next++ * share
      client.setRequests(headers.slice(first, first + share).map(each => ({ headers: each })))
    },
  })
}

const grant = ({ refresh_token }) => ({ grant_type: 'refresh_token', refresh_token })

/** A client of `post` that goes on with what it is answered. */
export const refreshing = first => ({ first: grant(first), following: grant })

/** POSTs, of which each client makes the next from what the last was answered. */
export async function post(port, path, clients, limit) {
  let next = 0
  return run({
    url: `http://127.0.0.1:${port}${path}`,
    ...limitOf(limit),
    setupClient(client) {
      const { first, following } = clients[next++ % clients.length]
      let sent = first
      client.setRequests([
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
          setupRequest: request => ({ ...request, body: JSON.stringify(sent) }),
          onResponse(status, text) {
            if (status === 200) {
              sent = following(JSON.parse(text), sent)
            }
          },
        },
      ])
    },
  })
}

const limitOf = ({ seconds, requests }) => (requests ? { amount: requests } : { duration: seconds })

async function run(options) {
  const result = await autocannon({ ...options, connections, sampleInt: 50 })
  // Not the time that it takes to build the requests.
  const seconds = (result.finish - result.start) / 1000
  if (result.non2xx + result.errors + result.timeouts > 0 || result['2xx'] === 0) {
    throw new Error(
      `${options.url}: ${result['2xx']} answers, ${result.non2xx} refusals, ${result.errors} errors`,
    )
  }
  return { requests: result['2xx'], seconds, p50: result.latency.p50, p99: result.latency.p99 }
}
