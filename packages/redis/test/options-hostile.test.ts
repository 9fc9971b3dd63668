import { redisStore } from '@tokenratchet/redis'
import { Redis } from 'ioredis'
import t from 'tap'
import { hostile, outcomeOf, refusesHostile } from '../../core/test/hostile-options.js'

const client = new Redis({ lazyConnect: true })

t.test('R23: a value that an option does not expect is refused by its name, and no other is', async t => {
  const options = ['prefix', 'timeout']
  await refusesHostile(t, {
    name: 'redisStore',
    options,
    needed: {},
    use: given => void redisStore(client, given as object),
  })
})

t.test('R23: anything but a client, and options that are not an object, are refused', async t => {
  for (const [what, make] of Object.entries(hostile)) {
    t.equal(
      await outcomeOf(() => redisStore(make() as never), ['redisStore needs a client']),
      'refused',
      what,
    )
    const names = ['options of redisStore', 'own', '__proto__']
    const outcome = await outcomeOf(() => redisStore(client, make() as object), names)
    const mayBeEmpty = ['an empty object', 'an object without a prototype', 'a Proxy of an object']
    t.equal(outcome, mayBeEmpty.includes(what) ? 'accepted' : 'refused', what)
  }
})
