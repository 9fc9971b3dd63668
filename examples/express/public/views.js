// What the page shows: the two forms, or the session. Texts are set as text, never as markup.
import { startCountdown, stopCountdown } from './countdown.js'

export const element = id => document.getElementById(id)

export function showForms() {
  stopCountdown()
  element('signed-in').hidden = true
  element('signed-out').hidden = false
}

/** Takes the answer to `GET /me`: its body are the claims. */
export function showSession({ body: claims, headers }) {
  element('signed-out').hidden = true
  element('signed-in').hidden = false
  element('email').textContent = claims.email
  element('claims').replaceChildren(
    ...Object.entries(claims).flatMap(([name, value]) => [textIn('dt', name), textIn('dd', describe(value))]),
  )
  // `exp` against the server's own time of the same answer, never against the visitor's clock.
  const now = Date.parse(headers.get('date')) / 1000 || claims.iat
  startCountdown(claims.exp - now, claims.exp - claims.iat)
}

export function say(message, bad = false) {
  element('status').textContent = message
  element('status').classList.toggle('bad', bad)
}

/** The newest request comes first. */
export function logRequest(request, result, detail, bad) {
  const entry = document.createElement('li')
  entry.classList.toggle('bad', bad)
  entry.append(
    textIn('time', new Date().toLocaleTimeString()),
    textIn('span', request),
    textIn('b', result),
    textIn('span', detail),
  )
  element('log').prepend(entry)
}

/** The numbers are times, in seconds. */
function describe(value) {
  return typeof value === 'number' ? `${value} (${new Date(value * 1000).toLocaleTimeString()})` : value
}

function textIn(tag, text) {
  const created = document.createElement(tag)
  created.textContent = text
  return created
}
