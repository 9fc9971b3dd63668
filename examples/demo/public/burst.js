// Ten requests at once with an expired token.
import { on } from './actions.js'
import { element, say, textIn } from './elements.js'
import { requestsDuring, send } from './requests.js'

const many = 10

export function startBurst(complain) {
  on('burst', 'click', async () => {
    const expired = await send('POST', '/demo/expire')
    if (!expired.ok) {
      return complain(expired)
    }
    const calls = Array.from({ length: many }, (_, index) => textIn('li', index + 1))
    element('calls').replaceChildren(...calls)
    element('burst-result').hidden = false
    element('burst-summary').textContent = 'Waiting for the responses ...'
    let answered = 0
    const since = performance.now()
    const requests = await requestsDuring(() =>
      Promise.all(
        calls.map(async call => {
          const { ok } = await send('GET', '/me')
          call.className = ok ? 'good' : 'bad'
          answered += ok ? 1 : 0
        }),
      ),
    )
    const took = Math.round(performance.now() - since)
    const refused = requests.filter(({ text, status }) => text === 'GET /me' && status === 401).length
    const refreshes = requests.filter(({ text }) => text === 'POST /auth/refresh').length
    const result = `${answered} of ${many} answered, ${refreshes} refresh${refreshes === 1 ? '' : 'es'}.`
    say(result)
    element('burst-summary').replaceChildren(
      textIn('strong', result),
      ` The server refused ${refused} of them as expired. They waited for the same refresh. It took ${took} ms in all.`,
    )
  })
}
