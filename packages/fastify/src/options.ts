import type { SeamOptions } from '@tokenratchet/core/http'
import type { RegisterOptions } from 'fastify'
import type { User } from './user-claims.js'

export interface FastifyOptions {
  /** Guards all routes that do not say `config: { auth: false }` or `'optional'`. Default false. */
  global?: boolean | undefined
  /** The property of `request` that holds the claims. Default `user`. */
  decoratorName?: string | undefined
}

/** What the plugin takes. What makes no sense is a `TypeError` that names the option. */
export type TokenratchetOptions = SeamOptions<User> & FastifyOptions

/** Fastify's own, which it hands on to the plugin. */
type PluginOptions = Pick<RegisterOptions, 'logLevel' | 'logSerializers'>

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
export function splitOptions(options: TokenratchetOptions & PluginOptions): FastifySettings {
  const { global = false, decoratorName = 'user', logLevel: _, logSerializers: __, ...rest } = options
  if (typeof global !== 'boolean') {
    throw new TypeError('global must be true or false')
  }
  if (typeof decoratorName !== 'string' || !/^(?!jwt(Verify|Decode)$)[a-z]\w*$/i.test(decoratorName)) {
    throw new TypeError('decoratorName must be the name of a property, such as user')
  }
  return { global, decoratorName, rest }
}
