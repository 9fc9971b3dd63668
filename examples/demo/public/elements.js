// Texts are set as text, never as markup, so nobody can inject a script.

export const element = id => document.getElementById(id)

export function textIn(tag, text, className = '') {
  const created = document.createElement(tag)
  created.textContent = text
  created.className = className
  return created
}

/** Shows a message, also to screen readers. `retry` shows a button that asks the server again. */
export function say(message, { bad = false, retry = false } = {}) {
  element('status').textContent = message
  element('bar').classList.toggle('bad', bad)
  element('retry').hidden = !retry
}
