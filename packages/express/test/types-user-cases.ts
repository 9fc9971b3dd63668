// Programs that applications write. A comment at the end of a line announces the error that the compiler must find.

import { begin, withPassport } from './types-sources.js'

const ownClaims = `
import '@tokenratchet/express/user'

declare global {
  namespace Express {
    interface User {
      role: 'admin' | 'member'
    }
  }
}
`

/** The files of each program, by what it shows. */
export const userPrograms: Record<string, Record<string, string>> = {
  'the user entry and the types of passport agree about req.user': {
    'app.mts': `${begin()}
import '@tokenratchet/express/user'
${withPassport}
declare global {
  namespace Express {
    interface User {
      id: number
    }
  }
}
const claims = { sid: '', jti: '', iat: 0, exp: 0 }
const userOf = (id: number): Express.User => ({ ...claims, sub: String(id), id })
const grantOf = ({ id = 0 }: Partial<Express.User> = {}) => ({ subject: String(id), claims: { id } })
const half = (id: number): Express.User => ({ id }) // TS2739
app.get('/sub', auth.authenticate, (req, res) => void res.json([req.user?.sub, half(1)]))
app.post('/token', (req, _res, next) => req.login(auth.tokens.verify(''), next))
app.post('/again', async (_req, res) => res.issueTokens({ subject: 'ada' })) // TS2769
`,
  },

  'the user entry types req.user with the claims of every token': {
    'app.mts': `${begin()}
import '@tokenratchet/express/user'

app.get('/me', auth.authenticate, ({ user }, res) => {
  const absent: string = user.sub // TS18048
  const texts: (string | undefined)[] = [user?.sub, user?.sid, user?.jti, user?.scope]
  const seconds: number | undefined = user && user.exp - user.iat
  res.json({ absent, texts, seconds, role: user?.role }) // TS2339
})
app.post('/login', async (_req, res) => void res.json(await res.issueTokens({ subject: 'ada' })))
`,
  },
}

for (const framework of ['express', 'express4']) {
  userPrograms[
    `claims that the application declares are typed in req.user and required at login, with ${framework}`
  ] = {
    'claims.mts': ownClaims,
    'me.mts': `${begin(framework)}
app.get('/me', auth.authenticate, ({ user }, res) => {
  const role: 'admin' | 'member' | undefined = user?.role
  const sub: string | undefined = user?.sub
  const sid: string | undefined = user?.sid
  const exp: number | undefined = user?.exp
  if (user?.role === 'guest') return // TS2367
  res.json({ role, sub, sid, exp, plan: user?.plan }) // TS2339
})
app.get('/maybe', auth.optional, async (req, res) => void res.json(req.user?.role ?? 'nobody'))
const role: 'admin' | 'member' = auth.tokens.verify('').role
export { role }
`,
    'login.mts': `${begin(framework)}
app.post('/login', async (_req, res) => {
  await res.issueTokens({ subject: 'ada', claims: { role: 'admin' } })
  await res.issueTokens({ subject: 'ada', claims: { role: 'guest' } }) // TS2769
  await res.issueTokens({ subject: 'ada', claims: { role: 'admin', sub: 'bob' } }) // TS2769
  await res.issueTokens({ subject: 'ada', claims: { role: 'admin', exp: 0 } }) // TS2769
  await res.issueTokens({ subject: 'ada', claims: {} }) // TS2769
  await res.issueTokens({ subject: 'ada' }) // TS2769
  const { access_token } = await res.issueTokens({ subject: 'ada', claims: { role: 'member' }, transport: 'body' })
  const text: string = access_token
  await auth.tokens.issue({ subject: text, claims: { role: 'member' } })
  await auth.tokens.issue({ subject: 'ada' }) // TS2345
})
`,
    'hook.mts': `
import type { TokenratchetOptions } from '@tokenratchet/express'

export const options: TokenratchetOptions = {
  secret: 'x',
  claims: async session => {
    const role: 'admin' | 'member' = session.claims.role
    return session.subject === 'ada' ? { role } : session.subject === '' ? false : undefined
  },
}
export const wrong: TokenratchetOptions = {
  secret: 'x',
  claims: async () => ({ role: 'guest' as const }), // TS2322
}
`,
  }
}
