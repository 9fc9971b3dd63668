// What every access token says about its user, next to `sub`, `sid`, `jti`, `iat` and `exp`.
// This types both `request.user` and the claims that `response.issueTokens` takes.
import '@tokenratchet/express/user'

declare global {
  namespace Express {
    interface User {
      email: string
    }
  }
}
