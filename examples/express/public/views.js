// What the page shows: the two forms, or the session and all others of the user. Texts are set as text, never as markup.
import { startCountdown, stopCountdown } from './countdown.js'

export const element = id => document.getElementById(id)

export function showForms() {
  stopCountdown()
  element('signed-in').hidden = true
  element('own-sessions').hidden = true
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

/** Takes the list of `GET /auth/sessions`, the last used first. */
export function showSessions(sessions) {
  element('own-sessions').hidden = false
  element('sessions').replaceChildren(...sessions.map(entryOf))
}

function entryOf({ sid, current, device = 'Unknown device', ip, created_at, used_at }) {
  const name = textIn('p', device)
  if (current) {
    name.append(' ', textIn('strong', 'this one'))
  }
  const times = textIn('p', 'Logged in ')
  times.append(
    timeIn(created_at),
    ip === undefined ? '' : ` from ${ip}`,
    ', last refreshed ',
    timeIn(used_at),
  )
  times.className = 'hint'
  const about = document.createElement('div')
  about.append(name, times)

  const button = textIn('button', 'Log out')
  button.type = 'button'
  button.dataset.sid = sid
  button.dataset.current = current
  button.setAttribute('aria-label', `Log out ${device}, logged in ${inWords(created_at)}`)

  const entry = document.createElement('li')
  entry.append(about, button)
  return entry
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

function timeIn(date) {
  const created = textIn('time', inWords(date))
  created.dateTime = date
  return created
}

function inWords(date) {
  return new Date(date).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' })
}

function textIn(tag, text) {
  const created = document.createElement(tag)
  created.textContent = text
  return created
}
