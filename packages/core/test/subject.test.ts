import { createTokens } from '@tokenratchet/core'
import t from 'tap'
import { randomSecret } from './fixture.js'

const tokens = createTokens({ secret: randomSecret() })

/** What was passed for a subject, and what the error says of it. */
const rows: [subject: unknown, got: string][] = [
  [42, 'a number: use String(id)'],
  [42n, 'a BigInt: use String(id)'],
  [Number.NaN, 'NaN: pass the id of the user'],
  [undefined, 'undefined: pass the id of the user'],
  [null, 'null: pass the id of the user'],
  [{ id: 42 }, 'an object: pass its id, as a string'],
  [Promise.resolve('ada'), 'a Promise that nobody awaited: pass its id, as a string'],
  [['ada'], 'an array: pass its id, as a string'],
  [Buffer.from('ada'), 'bytes: pass its id, as a string'],
  [true, 'a boolean'],
  [Symbol('ada'), 'a symbol'],
  ['', 'an empty string'],
  ['x'.repeat(256), '256 bytes: use a shorter id, or its hash'],
  ['é'.repeat(128), '256 bytes: use a shorter id, or its hash'],
  ['ada\ud800', 'a lone surrogate, which UTF-8 cannot hold'],
]

t.test('what is not a subject is a TypeError that says what to pass instead, for every verb', async t => {
  for (const [value, got] of rows) {
    const subject = value as string
    const message = `subject must be a string of 1 to 255 bytes (got ${got})`
    const attempts: (() => Promise<unknown>)[] = [
      () => tokens.issue({ subject }),
      () => tokens.sessions(subject),
      () => tokens.revokeAll(subject),
      () => tokens.revoke({ subject, sid: 'x' }),
    ]
    for (const attempt of attempts) {
      await t.rejects(attempt(), { name: 'TypeError', message })
    }
  }
})

t.test('the text of an issuer or an audience has the same form', async t => {
  for (const name of ['issuer', 'audience']) {
    const message = `${name} must be a string of 1 to 255 bytes (got an empty string)`
    t.throws(() => createTokens({ secret: randomSecret(), [name]: '' }), { name: 'TypeError', message })
  }
})
