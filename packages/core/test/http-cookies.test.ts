import { randomBytes } from 'node:crypto'
import { TokenError } from '@tokenratchet/core'
import { createSeam } from '@tokenratchet/core/http'
import { fakeClock } from '@tokenratchet/core/testing'
import t from 'tap'
import { answer as answerOf, guard } from './ask.js'

const secret = randomBytes(32).toString('base64url')
const clock = fakeClock()
const seam = createSeam({ secret, now: clock.now })
const { accessToken: token } = await seam.tokens.issue({ subject: 'ada' })
const { accessToken: planted } = await seam.tokens.issue({ subject: 'mallory' })
const name = '__Host-access_token'

/** The subject whom the guard sees, or the code of its refusal. */
function seen(cookie: string, from: typeof seam = seam): string {
  try {
    return guard(from, { method: 'GET', headers: { cookie } })?.sub ?? 'nobody'
  } catch (error) {
    return error instanceof TokenError ? error.code.replace('ERR_ACCESS_TOKEN_', '') : `${error}`
  }
}

const ours = `${name}=${token}`

/** What comes in the Cookie header, and whom the guard sees. */
const headers: Record<string, [header: string, seen: 'ada' | 'MISSING' | 'INVALID']> = {
  alone: [ours, 'ada'],
  'spaces and tabs around the name': [` \t ${name} \t =${token}`, 'ada'],
  'spaces and tabs around the value': [`${name}= \t ${token} \t `, 'ada'],
  'between other cookies': [`theme=dark; ${ours}; lang=en`, 'ada'],
  'without a space between cookies': [`theme=dark;${ours};lang=en`, 'ada'],
  'after an equals sign in another value': [`a=b=c; ${ours}`, 'ada'],
  'after a cookie without a name': [`=x; ${ours}`, 'ada'],
  'after a cookie without an equals sign': [`theme; ${ours}`, 'ada'],
  'after our name without an equals sign': [`${name}; ${ours}`, 'ada'],
  'in a run of semicolons': [`;;; ; ;${ours};;;; `, 'ada'],
  'after 16 KB of other cookies': [`${'a=b; '.repeat(3200)}${ours}`, 'ada'],
  'before 16 KB of other cookies': [`${ours}; ${'a=b; '.repeat(3200)}`, 'ada'],
  'after other cookies that are not ASCII': [`caf\u00e9=\u00fc; \u00ff\u0100=\u{1f36a}; ${ours}`, 'ada'],
  'after a name with ours at its end': [`x${name}=${planted}; ${ours}`, 'ada'],
  'after a name with ours at its start': [`${name}s=${planted}; ${ours}`, 'ada'],
  'after our name in other letters': [`${name.toLowerCase()}=${planted}; ${ours}`, 'ada'],
  'after our name without its prefix': [`access_token=${planted}; ${ours}`, 'ada'],
  'after our name in quotes': [`"${name}"=${planted}; ${ours}`, 'ada'],
  'after our name, percent-encoded': [`%5F_Host-access_token=${planted}; ${ours}`, 'ada'],
  'after our name behind a no-break space': [`\u00a0${name}=${planted}; ${ours}`, 'ada'],
  'after our name behind a vertical tab': [`\v${name}=${planted}; ${ours}`, 'ada'],
  'after our name behind a NUL': [`\0${name}=${planted}; ${ours}`, 'ada'],
  'after our name inside a value': [`x=${name}=${planted}; ${ours}`, 'ada'],

  'an empty header': ['', 'MISSING'],
  'only semicolons': [';;;; ; ;;', 'MISSING'],
  'only blanks': [' \t ', 'MISSING'],
  'only our name': [name, 'MISSING'],
  'an empty value': [`${name}=`, 'MISSING'],
  'a value of blanks': [`${name}= \t ; a=b`, 'MISSING'],
  'our name in other letters': [`${name.toUpperCase()}=${token}`, 'MISSING'],
  'our name without its prefix': [`access_token=${token}`, 'MISSING'],
  'a colon for the equals sign': [`${name}:${token}`, 'MISSING'],
  'a comma between cookies': [`a=b, ${ours}`, 'MISSING'],

  'a quoted value': [`${name}="${token}"`, 'INVALID'],
  'a NUL in the value': [`${name}=${token}\0`, 'INVALID'],
  'a no-break space after the value': [`${name}=${token}\u00a0`, 'INVALID'],
  'a value that is not ASCII': [`${name}=\u00e9\u{1f36a}`, 'INVALID'],
  'a percent-encoded value': [`${name}=${token.replaceAll('.', '%2E')}`, 'INVALID'],
  'an equals sign after the value': [`${ours}=`, 'INVALID'],
  'a comma and another pair in the value': [`${ours}, a=b`, 'INVALID'],
  'a value of 16 KB': [`${name}=${'a'.repeat(16_384)}`, 'INVALID'],
}

t.test('R17: names are compared byte for byte, trimmed of SP and HTAB only', async t => {
  for (const [what, [header, expected]] of Object.entries(headers)) {
    t.equal(seen(header), expected, what)
  }
})

const twice: Record<string, string> = {
  'both good': `${ours}; ${ours}`,
  'the first is planted': `${name}=${planted}; ${ours}`,
  'the second is planted': `${ours}; ${name}=${planted}`,
  'one is empty, the first': `${name}=; ${ours}`,
  'one is empty, the second': `${ours}; ${name}=`,
  'blanks around one': `${ours};\t${name} \t= x`,
  'three of them': `${ours}; ${ours}; ${ours}`,
  'others between them': `${ours}; theme=dark; lang=en; ${name}=x`,
}

t.test('R17: two cookies of our name are no credential: 401 without an error', async t => {
  for (const [what, cookie] of Object.entries(twice)) {
    t.throws(
      () => guard(seam, { method: 'GET', headers: { cookie } }),
      { code: 'ERR_ACCESS_TOKEN_MISSING', status: 401, headers: { 'www-authenticate': /^Bearer$/ } },
      what,
    )
  }
})

t.test('R17: two refresh cookies are no credential, and end nobody’s session', async t => {
  const { refreshToken } = await seam.tokens.issue({ subject: 'grace' })
  const [refresh] = seam.routes
  const answer = (cookie: string) =>
    answerOf(refresh, { method: 'POST', headers: { cookie, 'sec-fetch-site': 'same-origin' } })
  const pair = `__Host-refresh_token=${refreshToken}`
  t.match(await answer(`${pair}; ${pair}`), { status: 400, body: { error: 'invalid_request' } })
  t.match(await answer(`__Host-refresh_token=x; ${pair}`), {
    status: 400,
    body: { error: 'invalid_request' },
  })
  t.match(await answer(pair), { status: 200 })
})

t.test('without the prefix, the prefixed names are those of others, and the other way round', async t => {
  const plain = createSeam({ secret, now: clock.now, cookie: { secure: false } })
  t.equal(seen(`access_token=${token}`, plain), 'ada')
  t.equal(seen(ours, plain), 'MISSING')
  t.equal(seen(`${ours}x; access_token=${token}`, plain), 'ada')
})
