// The claims of every access token beside `sub`, `sid`, `jti`, `iat` and `exp`: the types of `request.user` and of logins.
import '@tokenratchet/express/user'

declare global {
  namespace Express {
    interface User {
      email: string
    }
  }
}
