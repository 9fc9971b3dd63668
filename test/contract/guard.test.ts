import { startWithTokens } from './access-tokens.js'
import { Browser, names, send } from './http.js'
import { beforeTheStore, rule } from './rule.js'

const missing = 'Bearer'
const invalid = 'Bearer error="invalid_token", error_description="The access token is invalid"'
const malformed =
  'Bearer error="invalid_request", error_description="The request carries a malformed credential, or more than one"'

interface Given {
  good: string
  expired: string
  revoked: string
  refreshToken: string
}

type Challenge = [authorization: string | undefined, status: number, challenge: string]

/** What comes in the Authorization header, and what WWW-Authenticate says to it. */
const challenges = ({ good, expired, revoked, refreshToken }: Given): Record<string, Challenge> => ({
  'no credentials': [undefined, 401, missing],
  'an empty header': ['', 401, missing],
  'another scheme': ['Basic YWRhOnB3', 401, missing],
  'a scheme that begins like ours': [`Bearertoken ${good}`, 401, missing],
  'a scheme that begins like ours, with a dash': [`Bearer-Token ${good}`, 401, missing],
  'ours in a list of schemes': [`Basic YWRhOnB3, Bearer ${good}`, 401, missing],
  'an expired token': [
    `Bearer ${expired}`,
    401,
    'Bearer error="invalid_token", error_description="The access token has expired"',
  ],
  'a revoked token': [
    `Bearer ${revoked}`,
    401,
    'Bearer error="invalid_token", error_description="The access token has been revoked"',
  ],
  'no token of ours': ['Bearer garbage', 401, invalid],
  'a forged token': [`Bearer ${good.slice(0, -4)}AAAA`, 401, invalid],
  'a refresh token': [`Bearer ${refreshToken}`, 401, invalid],
  'a token with padding': [`Bearer ${good}==`, 401, invalid],
  'half a token': [`Bearer ${good.slice(0, 60)}`, 401, invalid],
  'a token of 8 KB': [`Bearer ${'a'.repeat(8192)}`, 401, invalid],
  'the scheme alone': ['Bearer', 400, malformed],
  'the scheme and a blank': ['Bearer ', 400, malformed],
  'two tokens': [`Bearer ${good} ${good}`, 400, malformed],
  'two tokens, with a comma': [`Bearer ${good},${good}`, 400, malformed],
  'two credentials in one header': [`Bearer ${good}, Bearer ${good}`, 400, malformed],
  'a quoted token': [`Bearer "${good}"`, 400, malformed],
  'a token as a parameter': [`Bearer token="${good}"`, 400, malformed],
  'a tab for the blank': [`Bearer\t${good}`, 400, malformed],
  'a colon for the blank': [`Bearer:${good}`, 400, malformed],
  'padding inside': [`Bearer ${good}=x`, 400, malformed],
  'letters that are not ASCII': ['Bearer \u00e9\u00fc', 400, malformed],
  'a letter that is not ASCII behind the scheme': [`Bearer\u00a0${good}`, 400, malformed],
})

const methods = ['GET', 'HEAD', 'POST'] as const

rule('R14: the challenges of RFC 6750, to the letter', async (t, world) => {
  const { app, tokens } = await startWithTokens(world)
  const { refreshToken } = await app.tokens.issue({ subject: 'ada' })
  const rows = Object.entries(challenges({ ...tokens, refreshToken }))
  for (const [what, [authorization, status, challenge]] of rows) {
    for (const method of methods) {
      const headers = authorization === undefined ? {} : { authorization }
      const answer = await send(app.port, { method, url: '/me', headers })
      t.equal(answer.status, status, `${method} with ${what}`)
      t.equal(answer.headers['www-authenticate'], challenge)
      t.notOk(answer.text.includes(tokens.good), 'R16: nothing of the input is in the answer')
    }
  }
})

rule(
  'a Bearer token in any letters of its scheme, behind any number of blanks, and before some',
  async (t, world) => {
    const { app, tokens } = await startWithTokens(world)
    const headers = ['Bearer', 'bearer', 'BEARER', 'bEARER'].flatMap(scheme =>
      [' ', '   '].map(blanks => scheme + blanks + tokens.good),
    )
    for (const authorization of [...headers, `Bearer ${tokens.good} `]) {
      for (const method of methods) {
        const answer = await send(app.port, { method, url: '/me', headers: { authorization } })
        t.equal(answer.status, 200)
        t.equal(answer.text, method === 'HEAD' ? '' : '{"user":"ada"}')
        t.equal(answer.headers['www-authenticate'], undefined)
      }
    }
  },
  beforeTheStore,
)

rule(
  'an expired session cookie is answered as a dead token, not as nobody',
  async (t, world) => {
    const { app, tokens } = await startWithTokens(world)
    const answer = await new Browser(app, [[names.access, tokens.expired]]).get('/me')
    t.match([answer.status, answer.headers['www-authenticate']], [401, /invalid_token.*expired/])
  },
  beforeTheStore,
)
