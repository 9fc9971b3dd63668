import {
  checkBoolean,
  checkMembers,
  type HttpLayerOptions,
  httpLayerOptionNames,
  invalid,
} from '@tokenratchet/core/http'
import type { RegisterOptions } from 'fastify'
import type { User } from './user-claims.js'

export interface FastifyOptions {
  /**
   * Whether every route requires a valid access token, unless its `config.auth` is `false` or `'optional'`. With
   * `false`, the default, a route without `config.auth` is PUBLIC.
   *
   * @example true
   */
  global?: boolean | undefined
  /**
   * The property of `request` that holds the claims. Default `user`.
   *
   * @example 'session'
   */
  decoratorName?: string | undefined
}

/**
 * The options of the plugin. An invalid value throws a `TypeError` that names the option.
 *
 * @example
 * ```ts
 * const options: TokenratchetOptions = { secret: process.env.TOKEN_SECRET, global: true }
 * ```
 */
export type TokenratchetOptions = HttpLayerOptions<User> & FastifyOptions

/** The options of Fastify itself, which it passes to every plugin. */
type PluginOptions = Pick<RegisterOptions, 'logLevel' | 'logSerializers'>

interface FastifySettings {
  readonly global: boolean
  readonly decoratorName: string
  readonly rest: HttpLayerOptions<User>
}

/**
 * Separates the options of the adapter from those of the HTTP layer, which checks the latter.
 *
 * @throws TypeError that names the option
 */
export function splitOptions(options: TokenratchetOptions & PluginOptions): FastifySettings {
  const names = [...httpLayerOptionNames, ...Object.keys(ownNames), 'logLevel', 'logSerializers']
  const { logLevel: _, logSerializers: __, ...members } = checkMembers('options', options, names)
  const { global = false, decoratorName = 'user', ...rest } = members
  return {
    global: checkBoolean('global', global),
    decoratorName: checkDecoratorName(decoratorName),
    rest: rest as unknown as HttpLayerOptions<User>,
  }
}

const ownNames: Readonly<Record<keyof FastifyOptions, true>> = {
  global: true,
  decoratorName: true,
}

function checkDecoratorName(name: unknown): string {
  if (typeof name !== 'string' || !/^(?!jwt(Verify|Decode)$)[a-z]\w*$/i.test(name)) {
    throw invalid('decoratorName', "the name of a property, such as 'user'", name)
  }
  return name
}
