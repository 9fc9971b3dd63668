// All processes of a run, so that none outlives it.

import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()

process.once('exit', () => {
  for (const child of running) {
    child.kill('SIGKILL')
  }
})
for (const [signal, code] of [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => process.exit(code))
}

export function start(command, args) {
  return tracked(spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] }))
}

/** A module of this folder, which talks by messages. */
export function startModule(name, settings, execArgv = []) {
  const path = fileURLToPath(new URL(name, import.meta.url))
  const env = { ...process.env, NODE_ENV: 'production' }
  return tracked(fork(path, [JSON.stringify(settings)], { execArgv, env, serialization: 'advanced' }))
}

/** The next message of a child; an error if it ends instead, or tells of one. */
export async function messageOf(child) {
  const abort = new AbortController()
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal: abort.signal }),
      once(child, 'exit', { signal: abort.signal }).then(([code, signal]) => {
        throw new Error(`${child.spawnargs.slice(1).join(' ')} ended with ${code ?? signal}`)
      }),
    ])
    if (message.error) {
      throw new Error(`${child.spawnargs.slice(1).join(' ')}: ${message.error}`)
    }
    return message
  } finally {
    abort.abort()
  }
}

export function ask(child, question) {
  const answer = messageOf(child)
  child.send(question)
  return answer
}

export async function end(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
}

function tracked(child) {
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}
