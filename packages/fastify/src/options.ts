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
  /** Guards all routes that do not say `config: { auth: false }` or `'optional'`. Default false. */
  global?: boolean | undefined
  /** The property of `request` that holds the claims. Default `user`. */
  decoratorName?: string | undefined
}

/** What the plugin takes. An invalid value is a `TypeError` that names the option. */
export type TokenratchetOptions = HttpLayerOptions<User> & FastifyOptions

/** Fastify's own, which it hands on to the plugin. */
type PluginOptions = Pick<RegisterOptions, 'logLevel' | 'logSerializers'>

interface FastifySettings {
  readonly global: boolean
  readonly decoratorName: string
  readonly rest: HttpLayerOptions<User>
}

/**
 * Takes Fastify's own options out; what is left is for the HTTP layer to check.
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
