export type {
  Claims,
  ClaimsHook,
  Duration,
  Grant,
  Issued,
  Jwk,
  JwkSet,
  RefreshOptions,
  Revocation,
  Session,
  SigningKey,
  Store,
  TokenErrorCode,
  TokenEvent,
  Tokens,
  Transport,
} from '@tokenratchet/core'
export { isTokenError, memoryStore, StoreUnavailableError, TokenError } from '@tokenratchet/core'
export type {
  Auth,
  BodyAnswer,
  CookieAnswer,
  CookieOptions,
  Demands,
  IssueTokens,
} from '@tokenratchet/core/http'
export type { TokenratchetOptions } from './options.js'
export { tokenratchet, tokenratchet as default } from './plugin.js'
