import type { SeamOptions } from '@tokenratchet/core/http'
import type { User } from './user-claims.js'

export interface FastifyOptions {
  /** Guards all routes that do not say `config: { auth: false }` or `'optional'`. Default false. */
  global?: boolean | undefined
  /** The property of `request` that holds the claims. Default `user`. */
  decoratorName?: string | undefined
}

export type TokenratchetOptions = SeamOptions<User> & FastifyOptions

interface FastifySettings {
  readonly global: boolean
  readonly decoratorName: string
  readonly rest: SeamOptions<User>
}

/**
 * Takes Fastify's own options out; what is left is for the seam to check.
 *
 * @throws TypeError that names the option
 */
export function splitOptions(options: TokenratchetOptions): FastifySettings {
  const { global = false, decoratorName = 'user', ...rest } = options
  if (typeof global !== 'boolean') {
    throw new TypeError('global must be true or false')
  }
  if (typeof decoratorName !== 'string' || decoratorName === '') {
    throw new TypeError('decoratorName must be the name of a property')
  }
  return { global, decoratorName, rest }
}
