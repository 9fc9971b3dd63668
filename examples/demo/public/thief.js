// A theft, step by step, and what the server decides in each.
import { on } from './actions.js'
import { decisionDuring, wordOf } from './decisions.js'
import { element, say, textIn } from './elements.js'
import { log } from './log.js'
import { client, send, sendPlain } from './requests.js'
import { orders, reasons } from './thief-story.js'

let thief
let done = 0
/** A step is running. It may end the session before its response arrives. */
let isRunning = false
let isOver = false

/** For a user who is signed in. A story that has ended stays until the next one begins. */
export function offerThief() {
  element('thief-card').hidden = false
  if (isOver) {
    element('again').hidden = false
  } else if (done === 0) {
    begin()
  }
}

/** After a log-out only the end of a story stays. Returns whether a step is still running. */
export function withdrawThief() {
  element('again').hidden = true
  if (!isOver && !isRunning) {
    done = 0
    element('thief-card').hidden = true
  }
  return isRunning
}

on('orders', 'change', begin)
on('again', 'click', () => {
  begin()
  element('thief-title').focus()
})
// One listener for the buttons of all steps.
on('steps', 'click', async (_list, { target }) => {
  const step = target.closest('button') && storyOf()[done]
  if (step) {
    await take(step)
  }
})

function begin() {
  thief = undefined
  done = 0
  isOver = false
  element('again').hidden = true
  element('orders').disabled = false
  element('steps').replaceChildren(...storyOf().map(entryOf))
  offerStep()
}

async function take(step) {
  const { who, does } = step
  const entry = element('steps').children[done]
  isRunning = true
  const { decision, failure, aside } = await actions[`${who} ${does}`]()
  isRunning = false
  if (failure !== undefined) {
    return say(failure, { bad: true })
  }
  // The order can't be changed any more.
  element('orders').disabled = true
  const verdict = decision ?? step.verdict
  const why = verdict === step.verdict ? step.why : reasons[verdict]
  isOver = verdict === 'reused' || verdict === 'unknown'
  entry.querySelector('button')?.remove()
  entry.classList.add('done')
  entry.append(verdictOf(verdict, why ?? step.why), ...(aside ? [textIn('p', aside)] : []))
  done++
  if (isOver) {
    conclude(entry)
  } else if (isSignedOut()) {
    withdrawThief()
  } else {
    say(`Step ${done}: ${wordOf(verdict)}.`)
    offerStep()
  }
}

/** Each returns what the server decided, or why it decided nothing. */
const actions = {
  async 'thief copies'() {
    // A fresh token: the page then does not refresh by itself between two steps.
    await client.refresh().catch(() => {})
    const copied = await send('POST', '/demo/thief')
    thief = copied.body.thief
    return copied.ok ? { decision: 'copied' } : { failure: copied.reason }
  },
  async 'thief refreshes'() {
    const { ok, body, reason } = await sendPlain('POST', `/demo/thief/${thief}/refresh`)
    if (!ok) {
      return { failure: reason }
    }
    log('thief', 'POST /auth/refresh', body.status, body.status !== 200)
    if (body.status === 503) {
      return { failure: 'The server cannot do that now. Try again later.' }
    }
    const decision = body.events.map(({ type }) => type).find(type => type !== 'refused') ?? 'unknown'
    const me = await askAsThief()
    const aside =
      me === 200
        ? 'GET /me returns 200 to the thief, who can read what you can read, for now.'
        : `GET /me returns ${me} to the thief: the access token ends with the session, before it expires.`
    return { decision, aside }
  },
  async 'you refresh'() {
    const { result, decision } = await decisionDuring(() =>
      client.refresh().then(
        () => 'refreshed',
        () => 'failed',
      ),
    )
    if (result === 'failed' && decision === undefined && !isSignedOut()) {
      return { failure: 'The server does not answer, so nothing was refreshed. You stay signed in.' }
    }
    return { decision: decision ?? (result === 'failed' ? 'unknown' : undefined) }
  },
}

/** The status of a request with the thief's access token. */
async function askAsThief() {
  const { body } = await sendPlain('POST', `/demo/thief/${thief}/me`)
  log('thief', 'GET /me', body.status, body.status !== 200)
  return body.status ?? 'nothing'
}

function conclude(entry) {
  for (const left of [...element('steps').children].slice(done)) {
    left.remove()
  }
  entry.append(
    textIn(
      'p',
      'You are signed out, too: the server cannot know which of the two is you. Sign in with your password.',
      'moral',
    ),
  )
  element('again').hidden = isSignedOut()
  // Its button had the focus, and is gone.
  entry.tabIndex = -1
  entry.focus({ preventScroll: true })
  entry.scrollIntoView({ block: 'nearest' })
}

function isSignedOut() {
  return element('session-card').hidden
}

function storyOf() {
  return orders[element('orders').querySelector(':checked').value]
}

function entryOf({ who, title }) {
  const entry = document.createElement('li')
  const heading = textIn('p', '', 'title')
  heading.append(textIn('i', who === 'you' ? 'you' : 'thief', who), ' ', title)
  entry.append(heading)
  return entry
}

function offerStep() {
  const step = storyOf()[done]
  const button = textIn('button', step.button, 'primary')
  button.type = 'button'
  const entry = element('steps').children[done]
  entry.append(button)
  if (done > 0) {
    // Screen readers read it out with the button.
    button.setAttribute('aria-describedby', `verdict-${done - 1}`)
    button.focus({ preventScroll: true })
    entry.scrollIntoView({ block: 'nearest' })
  }
}

function verdictOf(verdict, why) {
  const text = textIn('p', '', `verdict ${verdict}`)
  text.append(textIn('b', wordOf(verdict)), ' ', why)
  text.id = `verdict-${done}`
  return text
}
