// The seconds that the access token still lives. The end is kept on the page's own monotonic clock:
// the server's clock and the visitor's may differ by minutes, so they are never compared.
import { element } from './elements.js'

let endsAt = 0
let timer

export function startCountdown(remaining, lifetime) {
  endsAt = performance.now() + remaining * 1000
  element('remaining').max = lifetime
  clearInterval(timer)
  timer = setInterval(show, 250)
  show()
}

export function stopCountdown() {
  clearInterval(timer)
}

function show() {
  const remaining = Math.max(0, (endsAt - performance.now()) / 1000)
  const whole = Math.ceil(remaining)
  element('seconds').textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
  element('remaining').value = remaining
  element('countdown-hint').textContent =
    whole > 0
      ? 'Counted for you to see: the client refreshes by itself when a request needs it.'
      : 'It has expired. You are still signed in: the next request refreshes it.'
}
