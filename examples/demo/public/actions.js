// Buttons and forms: one action at a time.
import { element } from './elements.js'

const running = new Set()

/** While an action runs, a click starts no other one. Only actions with `mayWait: false` start at once. */
export function on(id, type, action, { mayWait = true } = {}) {
  element(id).addEventListener(type, async event => {
    event.preventDefault()
    if (running.has(id) || (mayWait && running.size > 0)) {
      return
    }
    running.add(id)
    document.body.setAttribute('aria-busy', 'true')
    try {
      await action(element(id), event)
    } finally {
      running.delete(id)
      document.body.setAttribute('aria-busy', String(running.size > 0))
    }
  })
}
