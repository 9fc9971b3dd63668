import { checkBoolean, checkMembers, invalid } from '../values/check.js'
import { maxTokenInCookie } from '../verbs/mint.js'

/** The checked option `cookie`, as names and attributes of our cookies. */
export interface CookieSettings {
  readonly accessToken: string
  readonly refreshToken: string
  readonly isSecure: boolean
  /** The attributes of our cookies. A clearing line must repeat them, or the browser keeps the cookie. */
  readonly attributes: string
  /**
   * The attributes of the same cookies with the other value of `partitioned`. Browsers keep both cookies of a name and
   * send both. So these are cleared whenever ours are set or cleared, and the option can be switched on and off.
   */
  readonly otherAttributes: string | undefined
  /** The maximum length of an access token, in characters: name and value share the limit of a cookie. */
  readonly maxAccessToken: number
}

/**
 * How cookies are set: the option `cookie`.
 *
 * @example
 * ```ts
 * const cookie: CookieOptions = { secure: process.env.NODE_ENV === 'production', namePrefix: 'shop' }
 * ```
 */
export interface CookieOptions {
  /**
   * Never set this to `false` in production: it removes `Secure` and the `__Host-` prefix. Browsers then send tokens
   * over plain http too, and another host of the domain can plant cookies. `false` is for plain http in development.
   * Default true.
   *
   * @example process.env.NODE_ENV === 'production'
   */
  secure?: boolean | undefined
  /**
   * The attribute `SameSite`. With `none`, requests from other sites carry the cookies too; it requires `secure`.
   * Default `lax`.
   *
   * @example 'strict'
   */
  sameSite?: 'lax' | 'strict' | 'none' | undefined
  /**
   * Gives each of several applications on one host its own cookies. Without it they overwrite each other's, because
   * cookies ignore ports and ours have the path `/`. `shop` makes `__Host-shop_access_token` and
   * `__Host-shop_refresh_token`. 1 to 32 characters. Default: none.
   *
   * @example 'shop'
   */
  namePrefix?: string | undefined
  /**
   * Allows pages that other sites embed to keep their cookies (CHIPS). The browser stores separate cookies for each
   * embedding site. Requires `sameSite: 'none'` and `secure`. Default false.
   *
   * @example true
   */
  partitioned?: boolean | undefined
}

/**
 * Protects our cookies when the hosts of a domain have more than 180 cookies together. Chromium then deletes cookies of
 * the priority that has too many; most have the default, medium. Other browsers ignore the attribute (RFC 6265bis
 * section 5.6).
 */
const priority = 'Priority=High'

const sameSites = { lax: 'Lax', strict: 'Strict', none: 'None' } as const

/** The maximum octets of name and value together (RFC 6265bis section 5.6). Browsers drop a longer cookie. */
const maxCookie = 4096

/** A token of RFC 9110 section 5.6.2. Browsers give names that begin with two underscores a special meaning. */
const namePrefixes = /^(?!__)[\w!#$%&'*+\-.^`|~]{1,32}$/

/**
 * Checks the option `cookie`, and returns names and attributes. `__Host-` stops other hosts of the domain from planting
 * a cookie of our name (RFC 6265bis section 4.1.3.2). WebKitGTK ignores the prefix: see duplicate-cookies.ts.
 *
 * @throws TypeError that names the option
 */
export function cookieSettings(options: unknown = {}): CookieSettings {
  const names = ['secure', 'sameSite', 'namePrefix', 'partitioned'] as const
  const members = checkMembers('cookie', options, names, 'cookie.')
  const { secure = true, sameSite = 'lax', namePrefix, partitioned = false } = members
  const isSecure = checkBoolean('cookie.secure', secure)
  const site = checkSameSite(sameSite, isSecure)
  const isPartitioned = checkPartitioned(partitioned, isSecure, site)
  const own = namePrefix === undefined ? '' : `${checkNamePrefix(namePrefix)}_`
  const nameOf = (token: string): string => `${isSecure ? '__Host-' : ''}${own}${token}`
  const accessToken = nameOf('access_token')
  const attributes = `Path=/; HttpOnly${isSecure ? '; Secure' : ''}; SameSite=${site}; ${priority}`
  const partitionedAttributes = `${attributes}; Partitioned`
  return {
    accessToken,
    refreshToken: nameOf('refresh_token'),
    isSecure,
    attributes: isPartitioned ? partitionedAttributes : attributes,
    // Partitioned cookies require both, so without them there are none to clear.
    otherAttributes:
      isSecure && site === 'None' ? (isPartitioned ? attributes : partitionedAttributes) : undefined,
    maxAccessToken: Math.min(maxTokenInCookie, maxCookie - accessToken.length),
  }
}

function checkSameSite(sameSite: unknown, isSecure: boolean): string {
  if (typeof sameSite !== 'string' || !Object.hasOwn(sameSites, sameSite)) {
    throw invalid('cookie.sameSite', "'lax', 'strict' or 'none'", sameSite)
  }
  if (sameSite === 'none' && !isSecure) {
    throw new TypeError(
      "cookie.sameSite must not be 'none' without cookie.secure: browsers reject such cookies",
    )
  }
  return sameSites[sameSite as keyof typeof sameSites]
}

function checkPartitioned(partitioned: unknown, isSecure: boolean, site: string): boolean {
  const isPartitioned = checkBoolean('cookie.partitioned', partitioned)
  if (isPartitioned && !(isSecure && site === 'None')) {
    throw new TypeError(
      "cookie.partitioned must be false without cookie.secure and cookie.sameSite 'none': browsers reject such a cookie, or never send it from an embedded page",
    )
  }
  return isPartitioned
}

function checkNamePrefix(namePrefix: unknown): string {
  if (typeof namePrefix !== 'string' || !namePrefixes.test(namePrefix)) {
    const expected =
      "1 to 32 cookie-name characters, such as 'shop': letters, digits and !#$%&'*+-.^_`|~, with no __ at the start"
    throw invalid('cookie.namePrefix', expected, namePrefix)
  }
  return namePrefix
}
