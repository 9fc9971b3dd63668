import { type CookieSettings, cookieSettings } from './cookie-options.js'

type CookieNames = Pick<CookieSettings, 'accessToken' | 'refreshToken'>

/** Only tests need the names apart from a request, and they have no more than the verbs of an application. */
const namesByVerbs = new WeakMap<object, CookieNames>()

/** Remembers how the application with these verbs names its cookies. */
export function rememberCookieNames<V extends object>(verbs: V, names: CookieNames): V {
  namesByVerbs.set(verbs, names)
  return verbs
}

/** Returns the cookie names of the application with these verbs. Verbs without HTTP get the default names. */
export function cookieNamesOf(verbs: object): CookieNames {
  return namesByVerbs.get(verbs) ?? cookieSettings(undefined)
}
