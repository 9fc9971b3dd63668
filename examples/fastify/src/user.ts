// The claims of every access token beside `sub`, `sid`, `jti`, `iat` and `exp`: the types of `request.user` and of logins.
import '@tokenratchet/fastify/user'

declare module '@tokenratchet/fastify/user' {
  interface User {
    email: string
  }
}
