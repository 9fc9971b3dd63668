// Who is signed in, and what the buttons and forms do. Refreshing is the client's business: not on every load, and not
// by a timer.
import { on } from './actions.js'
import { startBurst } from './burst.js'
import { startCountdown } from './countdown.js'
import { listen, onDecision, stopListening } from './decisions.js'
import { element, say } from './elements.js'
import { log } from './log.js'
import { client, send, sendPlain } from './requests.js'
import { offerThief, withdrawThief } from './thief.js'
import { showDevices, showForms, showSession } from './views.js'

/** The claims of whoever is signed in here. */
let user
/** Counts what changes it: an answer to an older question is dropped. */
let turn = 0
/** What to say when the client tells of what this tab has asked for. */
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
    // The client will find out, and tell.
    return showCurrent()
  }
  return sid !== user.sid && (ends || type === 'issued') && showList()
})

// A tab nobody looks at holds no connection: browsers have few for each server.
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
      say('No refresh just now: the server does not answer. You stay signed in.', { bad: true })
    }
  }
})

on('me', 'click', () => showCurrent('That is you.'))

on('retry', 'click', () => showCurrent('There it is again.'))

on('logout', 'click', () => logOut('Logged out.'), { mayWait: false })

// One listener for the buttons of the whole list, which is made anew each time.
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
  // 404: it has ended already, as was asked for.
  if (!ended.ok && ended.status !== 404) {
    return complain(ended)
  }
  await showCurrent('That device is logged out.')
  // Its button, which had the focus, is gone.
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
  // So that all tabs know.
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

/** Who is signed in, and where; without a message, quietly. */
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
  // What had the focus is gone with the session.
  if (wasSignedIn && !isReading && (activeElement === document.body || activeElement.closest('[hidden]'))) {
    element('sign-in-title').focus()
  }
}

/** Only the client's word ends a session on the page: an outage logs nobody out, and what is shown stays. */
function complain({ status, reason }) {
  if (status === 401 && user === undefined) {
    return leave('Sign in, or sign up.')
  }
  const why = status === 401 ? 'The token can’t be refreshed just now.' : reason
  say(user === undefined ? why : `${why} What you see stays.`, { bad: true, retry: true })
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
