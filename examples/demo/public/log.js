// What happened, the newest first: requests of the page, events of its client, and decisions of the server.
import { element, textIn } from './elements.js'

const mostLines = 100

/** `from` is `page`, `client`, `server` or `thief`. */
export function log(from, text, result = '', bad = false) {
  const line = document.createElement('li')
  line.classList.toggle('bad', bad)
  line.append(
    textIn('time', new Date().toLocaleTimeString()),
    textIn('i', from, from),
    textIn('span', text),
    textIn('b', result),
  )
  const lines = element('log')
  lines.prepend(line)
  while (lines.childElementCount > mostLines) {
    lines.lastElementChild.remove()
  }
}
