import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../test/helpers/effort.js'
import { claimsOf, setup } from './setup.js'

t.test('a login names a scope as RFC 6749 section 3.3 spells it, or is misuse', async t => {
  const { tokens, told } = setup()
  for (const scope of [
    '',
    ' ',
    ' read',
    'read ',
    'read  write',
    'read\twrite',
    're"ad',
    're\\ad',
    'lésen',
    'a\n',
  ]) {
    await t.rejects(tokens.issue({ subject: 'ada', scope }), { name: 'TypeError', message: /^scope/ })
  }
  for (const scope of [null, 5, ['read'], {}]) {
    await t.rejects(tokens.issue({ subject: 'ada', scope: scope as unknown as string }), {
      message: /^scope/,
    })
  }
  t.same(told(), [], 'and begins no session')
  for (const scope of [
    'read',
    'read write',
    'https://api.example.com/read',
    "!#$%&'()*+,-./:;<=>?@[]^_`{|}~",
  ]) {
    const issued = await tokens.issue({ subject: 'ada', scope })
    t.equal(issued.scope, scope)
    t.equal(tokens.verify(issued.accessToken).scope, scope)
  }
})

t.test('without a scope nothing is said of it', async t => {
  const { tokens } = setup()
  const issued = await tokens.issue({ subject: 'ada' })
  const refreshed = await tokens.refresh(issued.refreshToken)
  for (const each of [
    issued,
    refreshed,
    claimsOf(refreshed.accessToken),
    (await tokens.sessions('ada'))[0],
  ]) {
    t.notOk(Object.hasOwn(each ?? {}, 'scope'))
  }
})

const names = fc.uniqueArray(fc.constantFrom('read', 'write', 'admin', 'rea', 'Read'), { minLength: 1 })

t.test(
  'R4: whatever refreshes ask for, none gets more than the login, and all of it stays to be had',
  async t => {
    await fc.assert(
      fc.asyncProperty(names, fc.array(names, { maxLength: 5 }), async (granted, asked) => {
        const { tokens } = setup()
        const login = await tokens.issue({ subject: 'ada', scope: granted.join(' ') })
        let { refreshToken } = login
        for (const each of asked) {
          const answer = await tokens.refresh(refreshToken, { scope: each.join(' ') }).catch(error => error)
          if (each.every(name => granted.includes(name))) {
            t.equal(tokens.verify(answer.accessToken).scope, each.join(' '))
            refreshToken = answer.refreshToken
          } else {
            t.match(answer, { code: 'ERR_INVALID_SCOPE', status: 400, error: 'invalid_scope' })
          }
        }
        const last = await tokens.refresh(refreshToken)
        t.equal(last.scope, granted.join(' '))
      }),
      runs(60),
    )
  },
)

t.test('a scope that is none is refused before the store is asked', async t => {
  const { tokens, told } = setup()
  const { refreshToken } = await tokens.issue({ subject: 'ada', scope: 'read' })
  const [before] = await tokens.sessions('ada')
  told()
  await t.rejects(tokens.refresh(refreshToken, { scope: 'read  write' }), { code: 'ERR_INVALID_SCOPE' })
  t.same(told(), ['refused'])
  t.same((await tokens.sessions('ada'))[0], before)
})

t.test('the claims of an application can’t set a scope', async t => {
  const { tokens } = setup()
  await t.rejects(tokens.issue({ subject: 'ada', claims: { scope: 'admin' } }), { message: /"scope"/ })
})
