export {
  type Claims,
  isTokenError,
  StoreUnavailableError,
  TokenError,
  type TokenEvent,
} from '@tokenratchet/core'
export type { TokenratchetOptions } from './options.js'
export { tokenratchet, tokenratchet as default } from './plugin.js'
