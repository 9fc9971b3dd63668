// In the demo: a theft, step by step, and what the server made of each.
import { on } from './actions.js'
import { decisionDuring, wordOf } from './decisions.js'
import { element, say, textIn } from './elements.js'
import { log } from './log.js'
import { client, send, sendPlain } from './requests.js'
import { orders, reasons } from './thief-story.js'

let thief
let done = 0
/** A step is on its way, which may end the session before it tells so. */
let isRunning = false
let isOver = false

/** For whoever is signed in. A story that has ended stays until another is begun. */
export function offerThief() {
  element('thief-card').hidden = false
  if (isOver) {
    element('again').hidden = false
  } else if (done === 0) {
    begin()
  }
}

/** Nobody is signed in: only how a story ends is still worth reading. Answers whether that is in sight. */
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
  // From here on the order is settled.
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

/** Each answers what the server decided, or why nothing was. */
const actions = {
  async 'thief copies'() {
    // So that the page has no reason to refresh by itself between two steps.
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
      return { failure: 'The server can’t do that just now.' }
    }
    const decision = body.events.map(({ type }) => type).find(type => type !== 'refused') ?? 'unknown'
    const me = await askAsThief()
    const aside =
      me === 200
        ? 'GET /me answers him 200: he reads what you may read, for now.'
        : `And his access token? GET /me answers him ${me}. It ends with the session, not when it runs out.`
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
      return { failure: 'No refresh just now: the server does not answer. You stay signed in.' }
    }
    return { decision: decision ?? (result === 'failed' ? 'unknown' : undefined) }
  },
}

/** What the server says to the thief's access token. */
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
      'You were signed out too, this once: the server can’t know which of you is you. Your password can.',
      'moral',
    ),
  )
  element('again').hidden = isSignedOut()
  // Its button is gone.
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
    // Read out with the button, which gets the focus.
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
