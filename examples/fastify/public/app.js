// Who is signed in, and where. The client refreshes when a request needs it. No script sees a token.
import { createClient } from '/client/index.js'

const client = createClient()
const element = id => document.getElementById(id)
const say = message => element('status').replaceChildren(message)

client.addEventListener('signedin', () => showAccount())
client.addEventListener('signedout', () => show('sign-in', 'You are signed out.'))

element('sign-in').addEventListener('submit', async event => {
  event.preventDefault()
  const fields = Object.fromEntries(new FormData(event.target))
  if (event.submitter?.value === '/register' && !(await send('POST', '/register', fields))) {
    return
  }
  const login = await send('POST', '/login', fields)
  if (login) {
    event.target.reset()
    // All tabs show the account.
    client.signedIn(login)
  }
})
element('log-out').addEventListener('click', () => client.logout())
element('log-out-everywhere').addEventListener('click', async () => {
  if (await send('POST', '/auth/logout-all')) {
    await client.logout()
  }
})
element('sessions').addEventListener('click', async ({ target: { dataset } }) => {
  if (dataset.sid && (await send('DELETE', `/auth/sessions/${dataset.sid}`))) {
    await showAccount()
  }
})
await showAccount()

async function showAccount() {
  const user = await send('GET', '/me')
  const list = user && (await send('GET', '/auth/sessions'))
  if (list) {
    element('name').textContent = user.email
    element('sessions').replaceChildren(...list.sessions.map(entryOf))
    show('account', '')
  }
}

function entryOf({ sid, current, device = 'Unknown device', ip, used_at }) {
  const [entry, details, button] = ['li', 'small', 'button'].map(tag => document.createElement(tag))
  details.textContent = `${ip}, last refreshed ${new Date(used_at).toLocaleString()}`
  button.textContent = `Log out ${device}`
  button.className = 'other'
  button.dataset.sid = sid
  entry.append(device, details, current ? 'This is the browser in front of you.' : button)
  return entry
}

function show(id, message) {
  const isNew = element(id).hidden
  for (const each of ['sign-in', 'account']) {
    element(each).hidden = each !== id
  }
  if (isNew) {
    element(id).querySelector('h1').focus()
  }
  say(message)
}

/** The body of a successful response. Otherwise `undefined`: the page says why, and stays as it is. */
async function send(method, path, fields) {
  try {
    const json = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) }
    const response = await client.fetch(path, { method, ...(fields && json) })
    const body = response.status === 204 ? {} : await response.json()
    if (response.ok) {
      return body
    }
    if (response.status === 401 && path === '/me') {
      return show('sign-in', '')
    }
    say(response.status < 500 ? body.message : 'The server cannot do that now. Try again later.')
  } catch {
    say('The server does not answer. Try again later.')
  }
}
