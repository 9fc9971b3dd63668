// The seconds that the access token still lives. The end is kept on the page's own monotonic clock:
// the server's clock and the visitor's may differ by minutes, so they are never compared.

const seconds = document.querySelector('#seconds')
const bar = document.querySelector('#remaining')

let endsAt = 0
let timer

export function startCountdown(remaining, lifetime) {
  endsAt = performance.now() + remaining * 1000
  bar.max = lifetime
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
  seconds.textContent = `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
  bar.value = remaining
}
