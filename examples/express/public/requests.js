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
