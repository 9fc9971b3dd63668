// The claims of every access token beside `sub`, `sid`, `jti`, `iat` and `exp`, for the types of both frameworks.
import '@tokenratchet/express/user'
import '@tokenratchet/fastify/user'

interface Claims {
  email: string
}

declare module '@tokenratchet/fastify/user' {
  interface User extends Claims {}
}

declare global {
  namespace Express {
    interface User extends Claims {}
  }
}
