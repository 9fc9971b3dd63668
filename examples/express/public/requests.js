// Every request of the page goes through here and is written to the log on the page.
// The tokens travel in HttpOnly cookies: the browser stores and adds them, no script ever sees one.
import { logRequest } from './views.js'

/** `status` is 0 without an answer; `reason` is a sentence or an error code unless `ok`. */
export async function send(method, path, body = {}) {
  const answer = await ask(path, {
    method,
    ...(method === 'POST' && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  logRequest(`${method} ${path}`, answer.status || 'no answer', answer.reason, !answer.ok)
  return answer
}

/** For guarded routes: a 401 is answered by one refresh, and the same request once more. */
export async function sendGuarded(method, path, body) {
  const answer = await send(method, path, body)
  if (answer.status !== 401) {
    return answer
  }
  const refreshed = await refresh()
  return refreshed.ok ? send(method, path, body) : refreshed
}

export function refresh() {
  return send('POST', '/auth/refresh')
}

async function ask(path, init) {
  try {
    const response = await fetch(path, init)
    const { ok, status, headers } = response
    const isJson = headers.get('content-type')?.startsWith('application/json')
    const body = isJson ? await response.json() : {}
    const reason = ok ? '' : (body.message ?? body.error_description ?? body.error ?? response.statusText)
    return { ok, status, headers, body, reason }
  } catch {
    return { ok: false, status: 0, headers: new Headers(), body: {}, reason: 'The server does not answer.' }
  }
}
