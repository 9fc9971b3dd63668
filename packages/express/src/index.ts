export { isTokenError, StoreUnavailableError, TokenError, type TokenEvent } from '@tokenratchet/core'
export type { ErrorMiddleware, Middleware } from './middleware.js'
export type { TokenratchetOptions } from './options.js'
export { type Tokenratchet, tokenratchet, tokenratchet as default } from './tokenratchet.js'
