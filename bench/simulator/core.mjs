// `@tokenratchet/core` by its own name, from wherever this folder is.
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../packages/core/package.json', import.meta.url))

export const { createTokens, memoryStore, TokenError } = await import(require.resolve('@tokenratchet/core'))
