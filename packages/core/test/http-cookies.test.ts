import crypto, { randomBytes } from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { TokenError, type TokenEvent } from '@tokenratchet/core'
import { createHttpLayer } from '@tokenratchet/core/http'
import { fakeClock } from '@tokenratchet/core/testing'
import t, { type Test } from 'tap'
import { answer as answerOf, guard } from './ask.js'

const secret = randomBytes(32).toString('base64url')
const clock = fakeClock()
const layer = createHttpLayer({ secret, now: clock.now })
const login = await layer.tokens.issue({ subject: 'ada' })
const older = login.accessToken
clock.advance('11m')
const { accessToken: token } = await layer.tokens.refresh(login.refreshToken)
const { accessToken: planted } = await layer.tokens.issue({ subject: 'mallory' })
const name = '__Host-access_token'

/** The subject whom the guard sees, or the code of its refusal. */
function seen(cookie: string, from: typeof layer = layer): string {
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

/** Several cookies of our name, and whom the guard sees. */
const several: Record<string, [header: string, seen: 'ada' | 'MISSING' | 'EXPIRED']> = {
  'the same twice': [`${ours}; ${ours}`, 'ada'],
  'an empty one first': [`${name}=; ${ours}`, 'ada'],
  'an empty one last': [`${ours}; ${name}=`, 'ada'],
  'blanks around garbage': [`${ours};\t${name} \t= x`, 'ada'],
  'garbage, and others between them': [`${ours}; theme=dark; lang=en; ${name}=x`, 'ada'],
  'a forged one': [`${name}=${token.slice(0, -4)}AAAA; ${ours}`, 'ada'],
  'an older one of the session first': [`${name}=${older}; ${ours}`, 'ada'],
  'an older one of the session last': [`${ours}; ${name}=${older}`, 'ada'],
  'an older one of the session, and garbage': [`${name}=x; ${name}=${older}`, 'EXPIRED'],
  'another session first': [`${name}=${planted}; ${ours}`, 'MISSING'],
  'another session last': [`${ours}; ${name}=${planted}`, 'MISSING'],
  'another session between': [`${ours}; ${name}=${planted}; ${ours}`, 'MISSING'],
  'another session beside an expired token': [`${name}=${planted}; ${name}=${older}`, 'MISSING'],
  'nothing but garbage': [`${name}=x; ${name}=y`, 'MISSING'],
}

t.test('R17: of several cookies of our name the newest of one session counts', async t => {
  for (const [what, [header, expected]] of Object.entries(several)) {
    t.equal(seen(header), expected, what)
  }
})

t.test('R17: refused cookies are a 401 without an error, and end nobody’s session', async t => {
  const refused = {
    code: 'ERR_ACCESS_TOKEN_MISSING',
    status: 401,
    headers: { 'www-authenticate': /^Bearer$/ },
  }
  const cookie = `${ours}; ${name}=${planted}`
  t.throws(() => guard(layer, { method: 'GET', headers: { cookie } }), refused)
  const [refresh] = layer.routes
  const grace = await layer.tokens.issue({ subject: 'grace' })
  const mallory = await layer.tokens.issue({ subject: 'mallory' })
  const answer = (...tokens: string[]) => {
    const cookie = tokens.map(each => `__Host-refresh_token=${each}`).join('; ')
    return answerOf(refresh, { method: 'POST', headers: { cookie, 'sec-fetch-site': 'same-origin' } })
  }
  const invalid = { status: 400, body: { error: 'invalid_request' } }
  t.match(await answer(grace.refreshToken, mallory.refreshToken), invalid)
  t.match(await answer('x', 'y'), invalid)
  t.match(await answer(grace.refreshToken), { status: 200 })
  t.match(await answer(mallory.refreshToken), { status: 200 })
})

t.test('R17, R32: a request that passes many guards emits one event, and verifies once', async t => {
  const events: TokenEvent[] = []
  const several = createHttpLayer({ secret, now: clock.now, onEvent: event => void events.push(event) })
  const { refreshToken: first } = await several.tokens.issue({ subject: 'ada' })
  const { refreshToken: second } = await several.tokens.issue({ subject: 'mallory' })
  events.length = 0
  const request = { method: 'GET', headers: { cookie: [first, second].map(ofRefresh).join('; ') } }
  const count = macs(t)
  for (const auth of ['optional', true, 'optional', { scope: 'read' }] as const) {
    try {
      t.equal(guard(several, request, auth), null)
    } catch (error) {
      t.match(error, { code: 'ERR_ACCESS_TOKEN_MISSING' })
    }
  }
  t.strictSame(events, [{ type: 'refused', credential: 'cookie', reason: 'duplicate' }])
  t.equal(count(), 2)
  request.headers.cookie = ours
  t.equal(guard(several, request)?.sub, 'ada', 'a middleware may change the header')
  request.headers.cookie = [first, second].map(ofRefresh).join('; ')
  t.equal(guard(several, { method: 'GET', headers: { ...request.headers } }, 'optional'), null)
  t.equal(events.length, 2, 'the next request has an event of its own')
})

t.test('R17: a header with a thousand of our cookies costs sixteen signatures at most', async t => {
  const { refreshToken } = await layer.tokens.issue({ subject: 'ada' })
  const forged = (count: number) =>
    Array.from({ length: count }, (_, index) => `${refreshToken.slice(0, -4)}${1000 + index}`)
  const ask = (tokens: string[]) => {
    const count = macs(t)
    guard(layer, { method: 'GET', headers: { cookie: tokens.map(ofRefresh).join('; ') } }, 'optional')
    return count()
  }
  t.equal(ask(forged(1000)), 0)
  t.equal(ask(forged(17)), 0)
  t.equal(ask(forged(16)), 16)
})

const ofRefresh = (token: string): string => `__Host-refresh_token=${token}`

/** Counts the MACs that are checked from now on, until it is asked: each is compared once. */
function macs(t: Pick<Test, 'teardown'>): () => number {
  const { timingSafeEqual } = crypto
  let count = 0
  const restore = (): void => {
    crypto.timingSafeEqual = timingSafeEqual
    syncBuiltinESMExports()
  }
  crypto.timingSafeEqual = (...given) => {
    count++
    return timingSafeEqual(...given)
  }
  syncBuiltinESMExports()
  t.teardown(restore)
  return () => {
    restore()
    return count
  }
}

t.test('without the prefix, the prefixed names are those of others, and the other way round', async t => {
  const plain = createHttpLayer({ secret, now: clock.now, cookie: { secure: false } })
  t.equal(seen(`access_token=${token}`, plain), 'ada')
  t.equal(seen(ours, plain), 'MISSING')
  t.equal(seen(`${ours}x; access_token=${token}`, plain), 'ada')
})
