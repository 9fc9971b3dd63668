// What buttons and forms have in common: one action at a time.
import { element } from './elements.js'

const running = new Set()

/** A second click while the first is on its way does nothing, unless what it asks for must not wait for a server. */
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
