import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createTokens } from '@tokenratchet/core'
import t from 'tap'
import { secret, setup } from './setup.js'

t.test('R32: events come on the diagnostics channel as well', async t => {
  const heard: unknown[] = []
  const listener = (event: unknown): void => {
    heard.push(event)
  }
  subscribe('tokenratchet', listener)
  t.teardown(() => unsubscribe('tokenratchet', listener))
  const { tokens, events } = setup()
  await tokens.issue({ subject: 'ada' })
  t.equal(heard.length, 1)
  t.same(heard, events)
})

t.test('a listener that throws or rejects is a process warning, and changes nothing', async t => {
  const warnings: Error[] = []
  const listener = (warning: Error): void => {
    warnings.push(warning)
  }
  process.on('warning', listener)
  t.teardown(() => process.removeListener('warning', listener))
  const thrower = setup({
    onEvent: () => {
      throw new Error('broken listener')
    },
  })
  t.ok(await thrower.tokens.issue({ subject: 'ada' }))
  const rejecter = setup({ onEvent: () => Promise.reject(new Error('broken listener')) })
  t.ok(await rejecter.tokens.issue({ subject: 'ada' }))
  await new Promise(resolve => setImmediate(resolve))
  t.match(
    warnings.map(({ message }) => message),
    [/broken listener/, /broken listener/],
  )
})

t.test('the memory store tells in production that sessions live in one process only, once', async t => {
  const before = process.env['NODE_ENV']
  t.teardown(() => {
    process.env['NODE_ENV'] = before
  })
  const types: string[] = []
  const onEvent = ({ type }: { type: string }): void => {
    types.push(type)
  }
  process.env['NODE_ENV'] = 'production'
  const tokens = createTokens({ secret, onEvent })
  await tokens.issue({ subject: 'ada' })
  t.same(types, ['memory_store_in_production', 'issued'])
  types.length = 0
  createTokens({ secret, onEvent, store: setup().store })
  t.same(types, [])
})
