// Every request of the page goes through here. The tokens travel in HttpOnly cookies: the browser stores and adds them,
// no script ever sees one.
import { createClient } from '/client/index.js'
import { log } from './log.js'

const observers = new Set()

/** Refreshes when a request needs it, once for all requests that wait. */
export const client = createClient({ fetch: loggedFetch })

/** Like `send`, for requests that need no session. */
export const sendPlain = (method, path, body) => ask(loggedFetch, method, path, body)

/** Without a response `status` is 0. `reason` says what is wrong: a sentence, or an error code. */
export const send = (method, path, body) => ask(client.fetch, method, path, body)

/** The requests that the page and its client sent while `run` ran. */
export async function requestsDuring(run) {
  const requests = []
  const observe = request => requests.push(request)
  observers.add(observe)
  try {
    await run()
  } finally {
    observers.delete(observe)
  }
  return requests
}

async function ask(fetch, method, path, body) {
  try {
    const response = await fetch(path, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const { ok, status, headers } = response
    const isJson = headers.get('content-type')?.startsWith('application/json')
    const answer = isJson ? await response.json() : {}
    return { ok, status, headers, body: answer, reason: ok ? '' : reasonOf(status, answer) }
  } catch {
    return { ok: false, status: 0, headers: new Headers(), body: {}, reason: 'The server does not answer.' }
  }
}

function reasonOf(status, { message, error_description, error }) {
  if (status === 503) {
    return 'The server cannot do that now. Try again later.'
  }
  return message ?? error_description ?? error ?? `The server returned ${status}.`
}

async function loggedFetch(input, init) {
  const request = input instanceof Request ? input : { url: String(input), method: init?.method ?? 'GET' }
  const { pathname } = new URL(request.url, location.href)
  const text = `${request.method} ${shown(pathname)}`
  try {
    const response = await fetch(input, init)
    const { status, ok } = response
    log('page', text, status, !ok)
    for (const observe of observers) {
      observe({ text, status })
    }
    return response
  } catch (error) {
    log('page', text, 'no answer', true)
    throw error
  }
}

/** Without the long names of sessions and thieves. */
function shown(pathname) {
  return pathname.replace(/(\/sessions|\/thief)\/([^/]{6})[^/]+/, '$1/$2…')
}
