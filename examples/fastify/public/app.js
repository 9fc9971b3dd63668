// What the buttons and forms do. Refresh on a 401 only: not on every load, and not by a timer.
import { refresh, send, sendGuarded } from './requests.js'
import { element, say, showForms, showSession, showSessions } from './views.js'

let busy = false

on('login', 'submit', async form => {
  const login = await send('POST', '/login', credentials(form))
  if (!login.ok) {
    return say(login.reason, true)
  }
  form.reset()
  await showCurrent('Logged in.')
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

on('refresh', 'click', async () => {
  const refreshed = await refresh()
  return refreshed.ok ? showCurrent('Refreshed: both tokens are new.') : refuse(refreshed)
})

on('me', 'click', () => showCurrent('You are logged in.'))

on('logout', 'click', async () => leave(await send('POST', '/auth/logout'), 'Logged out.'))

// One listener for the buttons of the whole list, which is made anew each time.
on('sessions', 'click', async (_list, { target }) => {
  const button = target.closest('button')
  if (button === null) {
    return
  }
  const { sid, current } = button.dataset
  const ended = await sendGuarded('DELETE', `/auth/sessions/${sid}`)
  if (current === 'true') {
    return leave(ended, 'Logged out.')
  }
  // 404: it has ended already, as was asked for.
  if (!ended.ok && ended.status !== 404) {
    return refuse(ended)
  }
  await showCurrent('That session has ended.')
  // Its button, which had the focus, is gone.
  element('sessions-title').focus()
})

on('logout-others', 'click', async () => {
  const ended = await sendGuarded('POST', '/auth/logout-all', { except: 'current' })
  return ended.ok ? showCurrent('All other sessions have ended.') : refuse(ended)
})

on('logout-everywhere', 'click', async () =>
  leave(await sendGuarded('POST', '/auth/logout-all'), 'Logged out everywhere.'),
)

await showCurrent('Welcome back.')

/** Who is logged in, and where, after every action. */
async function showCurrent(message) {
  const me = await sendGuarded('GET', '/me')
  if (!me.ok) {
    return refuse(me)
  }
  showSession(me)
  const list = await sendGuarded('GET', '/auth/sessions')
  if (!list.ok) {
    return refuse(list)
  }
  showSessions(list.body.sessions)
  say(message)
}

/** After what ends the session of this page. */
function leave(ended, message) {
  if (!ended.ok) {
    return refuse(ended)
  }
  showForms()
  say(message)
  element('login-title').focus()
}

function refuse({ status, reason }) {
  if (status === 400 || status === 401) {
    showForms()
    say('You are not logged in.')
  } else {
    // An outage logs nobody out: what is on the page stays.
    say(reason, true)
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
      await action(element(id), event)
    } finally {
      busy = false
      document.body.removeAttribute('aria-busy')
    }
  })
}
