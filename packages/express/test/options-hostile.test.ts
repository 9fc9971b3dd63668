import tokenratchet, { type TokenratchetOptions } from '@tokenratchet/express'
import t from 'tap'
import {
  coreNames,
  hostile,
  httpNames,
  outcomeOf,
  refusesHostile,
  type Surface,
} from '../../core/test/hostile-options.js'
import { secret } from './app.js'

const auth = tokenratchet({ secret })

const surfaces: readonly Surface[] = [
  {
    name: 'tokenratchet',
    // Of a route Express takes nothing but that it is left out.
    options: [...coreNames, ...httpNames].filter(name => name !== 'routes.refresh' && name !== 'claims'),
    needed: { secret },
    use: options => tokenratchet(options as TokenratchetOptions).close(),
  },
  {
    name: 'require',
    options: ['scope', 'anyScope', 'introspect'],
    needed: { scope: 'read' },
    use: demands => void auth.require(demands as { scope: string }),
  },
]

t.test('R23: a value that an option does not expect is refused by its name, and no other is', async t => {
  for (const surface of surfaces) {
    await refusesHostile(t, surface)
  }
})

t.test('R23: options that are not an object are refused, whatever they are', async t => {
  for (const [what, make] of Object.entries(hostile)) {
    const construct = () => tokenratchet(make() as TokenratchetOptions)
    t.equal(await outcomeOf(construct, ['options', 'secret', 'own', '__proto__']), 'refused', what)
    const demand = () => auth.require(make() as object)
    t.equal(await outcomeOf(demand, ['auth.require']), 'refused', what)
  }
  t.throws(() => auth.require('optional' as never), { name: 'TypeError', message: /auth\.require must be/ })
})

t.test('R23: a route is left out or not, whatever its option is', async t => {
  for (const [what, make] of Object.entries(hostile)) {
    const construct = () => tokenratchet({ secret, routes: { refresh: make() } } as TokenratchetOptions)
    t.equal(await outcomeOf(construct, ['routes.refresh']), 'refused', what)
  }
})
