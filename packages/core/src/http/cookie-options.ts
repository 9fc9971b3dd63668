import { checkBoolean, checkMembers, invalid } from '../values/check.js'
import { maxTokenInCookie } from '../verbs/mint.js'

/** How our cookies are set, after the check of the options. */
export interface CookieSettings {
  readonly accessToken: string
  readonly refreshToken: string
  readonly isSecure: boolean
  /** Repeated when a cookie is cleared, or the browser would keep it. */
  readonly attributes: string
  /**
   * The attributes of the same cookies with the other value of `partitioned`: browsers keep both cookies of a name, and
   * send both. So those are cleared whenever ours are set or cleared, and the option can be switched on and off.
   */
  readonly otherAttributes: string | undefined
  /** Characters of an access token that fit beside its name. */
  readonly maxAccessToken: number
}

/** How cookies are set: the option `cookie`. */
export interface CookieOptions {
  /** Default true. `false` is for plain http in development: it drops `Secure` and with it the `__Host-` prefix. */
  secure?: boolean | undefined
  /** Default `lax`. `none` needs `secure`. */
  sameSite?: 'lax' | 'strict' | 'none' | undefined
  /**
   * Keeps several applications on one host apart, as cookies know neither ports nor paths of ours: `shop` makes
   * `__Host-shop_access_token` and `__Host-shop_refresh_token`. 1 to 32 characters. Default: none.
   */
  namePrefix?: string | undefined
  /**
   * For pages that are embedded in other sites (CHIPS): the cookies are kept apart for each site that embeds them.
   * Needs `sameSite: 'none'` and `secure`. Default false.
   */
  partitioned?: boolean | undefined
}

/**
 * When the hosts of a domain have more than 180 cookies together, Chromium throws away those of the priority that has too
 * many: most have the default, medium. Other browsers ignore the attribute (RFC 6265bis section 5.6).
 */
const priority = 'Priority=High'

const sameSites = { lax: 'Lax', strict: 'Strict', none: 'None' } as const

/** RFC 6265bis section 5.6: octets of name and value. Browsers drop a cookie that has more. */
const maxCookie = 4096

/** An RFC 9110 section 5.6.2 token. Names that begin with two underscores mean something to browsers. */
const namePrefixes = /^(?!__)[\w!#$%&'*+\-.^`|~]{1,32}$/

/**
 * `__Host-` keeps other hosts of the domain from planting a cookie of our name (RFC 6265bis section 4.1.3.2) in browsers
 * that know it. WebKitGTK doesn't: duplicate-cookies.ts.
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
    // Without these two nobody can have set partitioned cookies.
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
    throw new TypeError("cookie.sameSite 'none' needs cookie.secure: browsers refuse it without")
  }
  return sameSites[sameSite as keyof typeof sameSites]
}

function checkPartitioned(partitioned: unknown, isSecure: boolean, site: string): boolean {
  const isPartitioned = checkBoolean('cookie.partitioned', partitioned)
  if (isPartitioned && !(isSecure && site === 'None')) {
    throw new TypeError(
      "cookie.partitioned needs cookie.secure and cookie.sameSite 'none': without them browsers refuse the cookie, or never send it from an embedded page",
    )
  }
  return isPartitioned
}

function checkNamePrefix(namePrefix: unknown): string {
  if (typeof namePrefix !== 'string' || !namePrefixes.test(namePrefix)) {
    const expected =
      "1 to 32 characters of a cookie's name, such as 'shop': letters, digits and !#$%&'*+-.^_`|~, without __ at its start"
    throw invalid('cookie.namePrefix', expected, namePrefix)
  }
  return namePrefix
}
