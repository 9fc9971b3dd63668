// What every access token says about its user, next to `sub`, `sid`, `jti`, `iat` and `exp`.
// This types both `request.user` and the claims that `reply.issueTokens` takes.
import '@tokenratchet/fastify/user'

declare module '@tokenratchet/fastify/user' {
  interface User {
    email: string
  }
}
