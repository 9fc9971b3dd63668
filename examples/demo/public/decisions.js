// What the server decides about the sessions of this user, as it happens.
import { log } from './log.js'

const hearers = new Set()
let source
let own

/** Calls `hear` with each decision: `{ type, sid, reason? }`. */
export function onDecision(hear) {
  hearers.add(hear)
}

/** Listens from now on. The server ends the stream with the session. */
export function listen({ sid }) {
  if (own === sid && source !== undefined && source.readyState !== EventSource.CLOSED) {
    return
  }
  stopListening()
  own = sid
  source = new EventSource('/demo/events')
  source.addEventListener('message', ({ data }) => {
    const decision = JSON.parse(data)
    const { type, reason } = decision
    const isBad = type === 'refused' || type === 'reused'
    log('server', `${wordOf(type)}: ${sessionOf(decision)}`, reason, isBad)
    for (const hear of hearers) {
      hear(decision)
    }
  })
}

export function stopListening() {
  source?.close()
  source = undefined
}

/** What the server decided about this session while `run` ran. The decision may arrive a moment later. */
export async function decisionDuring(run) {
  let hear
  const heard = new Promise(resolve => {
    hear = ({ type, sid }) => sid === own && type !== 'refused' && resolve(type)
  })
  hearers.add(hear)
  try {
    const result = await run()
    const late = new Promise(resolve => setTimeout(resolve, 1000))
    return { result, decision: await Promise.race([heard, late]) }
  } finally {
    hearers.delete(hear)
  }
}

function sessionOf({ type, sid, reason }) {
  if (sid === own) {
    return 'this session'
  }
  return type === 'refused' && reason === 'expired' ? 'the expired token' : 'another session'
}

/** For people. */
export function wordOf(type) {
  return { refreshed: 'rotated', reused: 'reused, session ended' }[type] ?? type
}
