// What the buttons and forms do. Refresh on a 401 only: not on every load, and not by a timer.
import { send } from './requests.js'
import { element, say, showForms, showSession } from './views.js'

let busy = false

on('login', 'submit', async form => {
  const login = await send('POST', '/login', credentials(form))
  if (!login.ok) {
    return say(login.reason, true)
  }
  form.reset()
  show(await send('GET', '/me'), 'Logged in.')
  element('session-title').focus()
})

on('register', 'submit', async form => {
  const registered = await send('POST', '/register', credentials(form))
  if (!registered.ok) {
    return say(registered.reason, true)
  }
  form.reset()
  element('login-email').value = registered.body.email
  element('login-password').focus()
  say('Registered. Now log in.')
})

on('refresh', 'click', async () => show(await refreshedSession(), 'Refreshed: both tokens are new.'))

on('me', 'click', async () => show(await currentSession(), 'You are logged in.'))

on('logout', 'click', async () => {
  const loggedOut = await send('POST', '/auth/logout')
  if (!loggedOut.ok) {
    return say(loggedOut.reason, true)
  }
  showForms()
  say('Logged out.')
  element('login-title').focus()
})

show(await currentSession(), 'Welcome back.')

/** The answer to `GET /me`, after one refresh if the access token is refused. */
async function currentSession() {
  const me = await send('GET', '/me')
  return me.status === 401 ? refreshedSession() : me
}

async function refreshedSession() {
  const refreshed = await send('POST', '/auth/refresh')
  return refreshed.ok ? send('GET', '/me') : refreshed
}

function show(answer, message) {
  if (answer.ok) {
    showSession(answer)
    say(message)
  } else if (answer.status === 400 || answer.status === 401) {
    showForms()
    say('You are not logged in.')
  } else {
    // An outage logs nobody out: what is on the page stays.
    say(answer.reason, true)
  }
}

function credentials(form) {
  return Object.fromEntries(new FormData(form))
}

/** One action at a time: a second click while the first is on its way does nothing. */
function on(id, type, action) {
  element(id).addEventListener(type, async event => {
    event.preventDefault()
    if (busy) {
      return
    }
    busy = true
    document.body.setAttribute('aria-busy', 'true')
    try {
      await action(element(id))
    } finally {
      busy = false
      document.body.removeAttribute('aria-busy')
    }
  })
}
