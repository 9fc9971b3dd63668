// Texts are set as text, never as markup.

export const element = id => document.getElementById(id)

export function textIn(tag, text, className = '') {
  const created = document.createElement(tag)
  created.textContent = text
  created.className = className
  return created
}

/** One line for everybody, screen readers included. With `retry`, a button to ask again. */
export function say(message, { bad = false, retry = false } = {}) {
  element('status').textContent = message
  element('bar').classList.toggle('bad', bad)
  element('retry').hidden = !retry
}
