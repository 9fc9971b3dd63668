// Who is signed in, and what the buttons and forms do. The client refreshes when a request needs it, not on every load.
import { on } from './actions.js'
import { startBurst } from './burst.js'
import { startCountdown } from './countdown.js'
import { listen, onDecision, stopListening } from './decisions.js'
import { element, say } from './elements.js'
import { log } from './log.js'
import { client, send, sendPlain } from './requests.js'
import { offerThief, withdrawThief } from './thief.js'
import { showDevices, showForms, showSession } from './views.js'

/** The claims of the user who is signed in. */
let user
/** Counts changes of the user, so that responses to older requests are ignored. */
let turn = 0
/** The message for the next event of the client, if this tab has caused it. */
let expected

client.addEventListener('signedin', async () => {
  log('client', 'event signedin')
  const ours = expected
  expected = undefined
  await showCurrent(ours ?? 'Another tab has signed in.')
  if (ours !== undefined) {
    element('session-title').focus()
  }
})

client.addEventListener('refreshed', ({ detail }) => {
  log('client', 'event refreshed', `${detail.expires_in} s`)
  startCountdown(detail.expires_in, detail.expires_in)
})

client.addEventListener('signedout', () => {
  log('client', 'event signedout')
  const message = expected ?? (user ? 'This session has ended. Sign in to go on.' : 'Sign in, or sign up.')
  expected = undefined
  leave(message)
})

onDecision(({ type, sid }) => {
  if (user === undefined) {
    return
  }
  const ends = ['revoked', 'reused', 'evicted'].includes(type)
  if (sid === user.sid && ends) {
    stopListening()
    // The client notices it with this request, and emits its event.
    return showCurrent()
  }
  return sid !== user.sid && (ends || type === 'issued') && showList()
})

// A hidden tab closes its stream: browsers have few connections for each server.
document.addEventListener('visibilitychange', async () => {
  if (document.hidden) {
    stopListening()
  } else if (user !== undefined) {
    await showCurrent()
  }
})

on('sign-in', 'submit', signIn)

on('sign-up', 'submit', async form => {
  const registered = await sendPlain('POST', '/register', fieldsOf(form))
  return registered.ok ? signIn(form) : refuse(form, registered.reason)
})

on('refresh', 'click', async () => {
  try {
    await client.refresh()
    await showCurrent('Refreshed: both tokens are new.')
  } catch {
    if (user !== undefined) {
      say('The server does not answer, so nothing was refreshed. You stay signed in.', { bad: true })
    }
  }
})

on('me', 'click', () => showCurrent('This is you.'))

on('retry', 'click', () => showCurrent('The server answers again.'))

on('logout', 'click', () => logOut('Logged out.'), { mayWait: false })

// One listener for all buttons: the list is replaced each time.
on('devices', 'click', async (_list, { target }) => {
  const button = target.closest('button')
  if (button === null) {
    return
  }
  const { sid, current } = button.dataset
  if (current === 'true') {
    return logOut('Logged out.')
  }
  const ended = await send('DELETE', `/auth/sessions/${sid}`)
  // 404: the session has ended already.
  if (!ended.ok && ended.status !== 404) {
    return complain(ended)
  }
  await showCurrent('That device is logged out.')
  // Its button had the focus, and is gone.
  element('devices-title').focus()
})

on('logout-others', 'click', async () => {
  const ended = await send('POST', '/auth/logout-all', { except: 'current' })
  if (!ended.ok) {
    return complain(ended)
  }
  await showCurrent('All other devices are logged out.')
  element('devices-title').focus()
})

on('logout-everywhere', 'click', async () => {
  const ended = await send('POST', '/auth/logout-all')
  // Tells the other tabs.
  return ended.ok ? logOut('Logged out everywhere.') : complain(ended)
})

startBurst(complain)
await showCurrent('Welcome back.')

async function signIn(form) {
  const login = await send('POST', '/login', fieldsOf(form))
  if (!login.ok) {
    return refuse(form, login.reason)
  }
  for (const id of ['sign-in', 'sign-up']) {
    element(id).reset()
    refuse(element(id), '')
  }
  expected = 'Signed in.'
  client.signedIn(login.body)
}

async function logOut(message) {
  expected = message
  await client.logout()
}

/** Shows who is signed in, and where. */
async function showCurrent(message) {
  const mine = ++turn
  const me = await send('GET', '/me')
  if (mine !== turn) {
    return
  }
  if (!me.ok) {
    return complain(me)
  }
  user = me.body
  showSession(me)
  element('burst-card').hidden = false
  offerThief(user)
  listen(user)
  if (message !== undefined) {
    say(message)
  }
  await showList()
}

async function showList() {
  const mine = turn
  const list = await send('GET', '/auth/sessions')
  if (mine === turn) {
    list.ok ? showDevices(list.body.sessions) : complain(list)
  }
}

function leave(message) {
  turn++
  const wasSignedIn = user !== undefined
  user = undefined
  stopListening()
  showForms()
  element('burst-card').hidden = true
  const isReading = withdrawThief()
  say(message)
  const { activeElement } = document
  // The element that had the focus is hidden now.
  if (wasSignedIn && !isReading && (activeElement === document.body || activeElement.closest('[hidden]'))) {
    element('sign-in-title').focus()
  }
}

/** Shows what is wrong. Only events of the client end a session on the page, so an outage logs nobody out. */
function complain({ status, reason }) {
  if (status === 401 && user === undefined) {
    return leave('Sign in, or sign up.')
  }
  const why = status === 401 ? 'The token cannot be refreshed now.' : reason
  say(user === undefined ? why : `${why} The page stays as it is.`, { bad: true, retry: true })
}

function refuse(form, reason) {
  form.querySelector('.problem').textContent = reason
  if (reason !== '') {
    form.querySelector('input[type=password]').focus()
  }
}

function fieldsOf(form) {
  return Object.fromEntries(new FormData(form))
}
