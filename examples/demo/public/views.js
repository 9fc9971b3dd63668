// Shows who is signed in, and where.
import { startCountdown, stopCountdown } from './countdown.js'
import { element, textIn } from './elements.js'

const signedOut = ['sign-in-card', 'sign-up-card']
const signedIn = ['session-card', 'devices-card']

export function showForms() {
  stopCountdown()
  swap(signedIn, signedOut)
}

/** Takes the response of `GET /me`: its body has the claims. */
export function showSession({ body: claims, headers }) {
  swap(signedOut, signedIn)
  element('email').textContent = claims.email
  element('claims').replaceChildren(
    ...Object.entries(claims).flatMap(([name, value]) => [textIn('dt', name), textIn('dd', describe(value))]),
  )
  // `exp` is compared with the server's time in the same response: the visitor's clock may be wrong.
  const now = Date.parse(headers.get('date')) / 1000 || claims.iat
  startCountdown(claims.exp - now, claims.exp - claims.iat)
}

/** Takes the list of `GET /auth/sessions`: the session that was used last comes first. */
export function showDevices(sessions) {
  element('devices').replaceChildren(...sessions.map(entryOf))
  element('logout-others').hidden = sessions.length < 2
}

function swap(away, here) {
  for (const id of away) {
    element(id).hidden = true
  }
  for (const id of here) {
    element(id).hidden = false
  }
}

function entryOf({ sid, current, device = 'Unknown device', ip, created_at, used_at }) {
  const name = textIn('p', device)
  if (current) {
    name.append(' ', textIn('strong', 'this one'))
  }
  const times = textIn('p', 'Signed in ', 'hint')
  times.append(
    timeIn(created_at),
    ip === undefined ? '' : ` from ${ip}`,
    ', last refreshed ',
    timeIn(used_at),
  )
  const about = document.createElement('div')
  about.append(name, times)

  const button = textIn('button', 'Log out')
  button.type = 'button'
  button.dataset.sid = sid
  button.dataset.current = current
  button.setAttribute('aria-label', `Log out ${device}, signed in ${inWords(created_at)}`)

  const entry = document.createElement('li')
  entry.append(about, button)
  return entry
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
  return new Date(date).toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' })
}
