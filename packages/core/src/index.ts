export type { Claims, RegisteredClaims } from './access-token/claims.js'
export { StoreUnavailableError, TokenError, type TokenErrorCode } from './errors.js'
export type { ConfigWarning, Refusal, RevocationReason, TokenEvent } from './events.js'
export { isTokenError } from './is-token-error.js'
export type { AsymmetricAlgorithm, Jwk, PublicJwk } from './keys/jwk.js'
export type { SigningKey } from './keys/signing.js'
export type { ClaimsHook, TokensOptions } from './options.js'
export type { Transport } from './refresh-token/token.js'
export type { Session } from './sessions/session.js'
export { isWithinLimits, maxSessionNumber } from './store/limits.js'
export { type MemoryStoreOptions, memoryStore } from './store/memory/index.js'
export type {
  AnnouncedKind,
  AnnouncedRevocation,
  Announcing,
  Creation,
  CreationRules,
  FeedReading,
  Found,
  NewSession,
  Revoked,
  Rotation,
  RotationStep,
  SessionRef,
  Store,
  StoredSession,
  StoreWarning,
} from './store/store.js'
export { createTokens, type Tokens } from './tokens.js'
export { checkMembers } from './values/check.js'
export type { Duration } from './values/duration.js'
export type { Grant } from './verbs/issue.js'
export type { JwkSet } from './verbs/jwks.js'
export type { Issued } from './verbs/mint.js'
export type { RefreshOptions } from './verbs/refresh.js'
export type { Revocation } from './verbs/revoke.js'
