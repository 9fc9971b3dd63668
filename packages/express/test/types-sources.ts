// What many programs begin with.
export const begin = (framework = 'express'): string => `
import tokenratchet from '@tokenratchet/express'
import express from '${framework}'

const app = express()
const auth = tokenratchet({ secret: process.env['TOKEN_SECRET'] })
app.use(auth.middleware)
`

/** Without `userOf` and `grantOf`, which are the application's. */
export const withPassport = `
import passport from 'passport'

class ByKey implements passport.Strategy {
  readonly name = 'key'
  authenticate(this: passport.StrategyCreated<ByKey>, req: express.Request): void {
    const id = Number(req.headers['x-key'])
    Number.isNaN(id) ? this.fail(401) : this.success(userOf(id))
  }
}
passport.use(new ByKey())
passport.serializeUser((user, done) => done(null, user.id))
passport.deserializeUser<number>((id, done) => done(null, userOf(id)))
app.use(passport.initialize())
app.post('/login', passport.authenticate('key', { session: false }), async (req, res, next) => {
  if (req.isAuthenticated()) {
    const id: number = req.user.id
    req.login(userOf(id), next)
  }
  req.logout(next)
  res.json(await res.issueTokens(grantOf(req.user)))
})
app.get('/me', auth.authenticate, (req, res) => void res.json(req.user?.id.toFixed()))
`
