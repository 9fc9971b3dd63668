// What a server does with a refresh token. Each rule is { login(now), refresh(session, token, now) }: a login answers
// { session, token }, a refresh the successor, or undefined when it is refused. Every refusal ends the session.
import { createTokens, memoryStore, TokenError } from '@tokenratchet/core'

/** The product: the refresh tokens, the decisions and the clock of the real core. */
function core(options) {
  let time = 0
  let logins = 0
  const now = () => time
  const tokens = createTokens({
    secret: 'c2VjcmV0IG9mIHRoZSBzaW11bGF0b3IsIG5vdCBvZiB5b3Vycw==',
    store: memoryStore({ now }),
    now,
    accessTokenLifetime: 600,
    ...options,
  })
  return {
    async login(at) {
      time = at
      const { refreshToken } = await tokens.issue({ subject: `user ${logins++}` })
      return { session: {}, token: refreshToken }
    },
    async refresh(_session, token, at) {
      time = at
      try {
        return (await tokens.refresh(token)).refreshToken
      } catch (error) {
        if (error instanceof TokenError && error.code === 'ERR_INVALID_GRANT') {
          return undefined
        }
        throw error
      }
    },
    close: () => tokens.close(),
  }
}

/** Tokens are objects here: `usedAt` when it was first traded in, `successor` for what. */
function model(again) {
  const mint = parent => ({ parent, usedAt: undefined, successor: undefined })
  return {
    login() {
      const token = mint()
      return { session: { active: token, ended: false }, token }
    },
    refresh(session, token, now) {
      if (session.ended) {
        return undefined
      }
      if (token.usedAt === undefined) {
        token.usedAt = now
        token.successor = mint(token)
        // What came before is never asked for again: let it go.
        token.parent = undefined
        session.active = token.successor
        return token.successor
      }
      const answer = again(session, token, now, mint)
      session.ended = answer === undefined
      return answer
    },
    close() {},
  }
}

const within = (seconds, token, now) => now - token.usedAt < seconds * 1000

const same = seconds => ({
  title: `within ${seconds} s, the same successor`,
  create: () => model((_session, token, now) => (within(seconds, token, now) ? token.successor : undefined)),
})

const another = seconds => ({
  title: `within ${seconds} s, another successor; all live on`,
  create: () =>
    model((_session, token, now, mint) => (within(seconds, token, now) ? mint(token) : undefined)),
})

/** The active one, for its parent always, and within some seconds of its first use for any other. */
const active = (title, seconds) => ({
  title,
  create: () =>
    model((session, token, now) =>
      token === session.active.parent || within(seconds, token, now) ? session.active : undefined,
    ),
})

export const rules = {
  strict: {
    title: 'strict: once',
    create: () => model(() => undefined),
  },
  grace: same(10),
  graceOfAMinute: same(60),
  leeway: another(10),
  leewayOfAMinute: another(60),
  parent: active('the parent of the active token, always: the active token', 0),
  parentAndGrace: active('the same, and within 10 s any', 10),
  ours: {
    title: '**Tokenratchet**',
    create: () => core({}),
  },
  /** Not in the table: the model of strict rotation must agree with the core that is told to be strict. */
  oursStrict: {
    title: 'Tokenratchet, `recoveryWindow: 0`',
    create: () => core({ recoveryWindow: 0 }),
  },
}
