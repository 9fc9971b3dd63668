// The seconds until the access token expires, counted with the monotonic clock of the page: the clocks of the server and
// of the visitor may differ by minutes.
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
      ? 'You need not watch it: the client refreshes when a request needs it.'
      : 'The token has expired. You are still signed in: the next request refreshes it.'
}
