// What buttons and forms have in common: one action at a time.
import { element } from './elements.js'

let busy = false

/** A second click while the first is on its way does nothing. */
export function on(id, type, action) {
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
