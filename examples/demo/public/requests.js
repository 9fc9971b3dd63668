// Every request of the page goes through here. The tokens travel in HttpOnly cookies: the browser stores and adds them,
// no script ever sees one.
import { createClient } from '/client/index.js'
import { log } from './log.js'

const observers = new Set()

/** Refreshes when it is time, and once for all requests that need it. */
export const client = createClient({ fetch: loggedFetch })

/** For what needs nobody to be signed in. Takes and answers what `send` does. */
export const sendPlain = (method, path, body) => ask(loggedFetch, method, path, body)

/** `status` is 0 without an answer; `reason` is a sentence or an error code unless `ok`. */
export const send = (method, path, body) => ask(client.fetch, method, path, body)

/** The requests that went out while `run` did, those of the client included. */
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
    return 'The server can’t do that just now.'
  }
  return message ?? error_description ?? error ?? `The server answered ${status}.`
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
