import type { Issued } from '../../verbs/mint.js'
import type { CookieSettings } from '../cookie-options.js'

/**
 * Makes the `Set-Cookie` lines of both tokens. Both cookies live until the session's idle deadline. So an expired
 * access token still arrives and gets `invalid_token`, not the response for a request without credentials.
 */
export function setCookies(cookies: CookieSettings, issued: Issued): string[] {
  const { accessToken, refreshToken, refreshExpiresIn } = issued
  return [
    ...clearOthers(cookies),
    `${cookies.accessToken}=${accessToken}; Max-Age=${refreshExpiresIn}; ${cookies.attributes}`,
    `${cookies.refreshToken}=${refreshToken}; Max-Age=${refreshExpiresIn}; ${cookies.attributes}`,
  ]
}

export function clearCookies(cookies: CookieSettings): string[] {
  return [...clearOthers(cookies), ...cleared(cookies, cookies.attributes)]
}

/**
 * Clears the cookies with the other value of `partitioned`. These lines come first: a browser that does not know
 * `Partitioned` takes both for one cookie, and the last line wins.
 */
function clearOthers(cookies: CookieSettings): string[] {
  return cookies.otherAttributes === undefined ? [] : cleared(cookies, cookies.otherAttributes)
}

function cleared({ accessToken, refreshToken }: CookieSettings, attributes: string): string[] {
  return [accessToken, refreshToken].map(name => `${name}=; Max-Age=0; ${attributes}`)
}

/** Returns the cookie name of a Set-Cookie line, as browsers parse it (RFC 6265bis section 5.6). */
export function nameInLine(line: string): string {
  const [pair = ''] = line.split(';', 1)
  return pair.slice(skipBlanks(pair, 0), endOfValue(pair, 0, Math.max(0, pair.indexOf('='))))
}

/** The values of our cookies in a request, in the order in which they were sent. Usually there is one of each name. */
export interface SentTokens {
  readonly access: readonly string[]
  readonly refresh: readonly string[]
}

/**
 * Reads our cookies in the usual case, where each name came at most once. It builds no lists, because every guarded
 * request pays for it.
 *
 * @returns `undefined` if a name came more than once
 */
export function readSingle(
  header: string | undefined,
  names: CookieSettings,
): { access: string | undefined; refresh: string | undefined } | undefined {
  let access: string | undefined
  let refresh: string | undefined
  for (let start = 0; header !== undefined && start < header.length; ) {
    const end = endOfPair(header, start)
    const from = skipBlanks(header, start)
    const first = valueIn(names.accessToken, header, from, end)
    const second = first === undefined ? valueIn(names.refreshToken, header, from, end) : undefined
    if ((first !== undefined && access !== undefined) || (second !== undefined && refresh !== undefined)) {
      return undefined
    }
    access ??= first
    refresh ??= second
    start = end + 1
  }
  return { access, refresh }
}

/**
 * Reads our cookies as they were sent. Names are compared byte for byte, and only SP and HTAB are trimmed. A more
 * lenient parser would accept cookies that another host planted past the browser's `__Host-` check.
 */
export function readCookies(header: string | undefined, names: CookieSettings): SentTokens {
  const access: string[] = []
  const refresh: string[] = []
  for (let start = 0; header !== undefined && start < header.length; ) {
    const end = endOfPair(header, start)
    const from = skipBlanks(header, start)
    addCookie(access, names.accessToken, header, from, end)
    addCookie(refresh, names.refreshToken, header, from, end)
    start = end + 1
  }
  return { access, refresh }
}

function addCookie(values: string[], name: string, header: string, from: number, end: number): void {
  const value = valueIn(name, header, from, end)
  if (value !== undefined) {
    values.push(value)
  }
}

function endOfPair(header: string, start: number): number {
  const semicolon = header.indexOf(';', start)
  return semicolon === -1 ? header.length : semicolon
}

/** Returns the value of the pair between `from` and `end` if it has this name. */
function valueIn(name: string, header: string, from: number, end: number): string | undefined {
  const equals = header.startsWith(name, from) ? skipBlanks(header, from + name.length) : end
  return equals < end && header[equals] === '='
    ? header.slice(skipBlanks(header, equals + 1), endOfValue(header, equals + 1, end))
    : undefined
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (isBlankAt(text, at)) {
    at++
  }
  return at
}

/** Trims the end one character at a time. A regular expression takes quadratic time on blanks in the middle. */
function endOfValue(text: string, from: number, end: number): number {
  let at = end
  while (at > from && isBlankAt(text, at - 1)) {
    at--
  }
  return at
}

function isBlankAt(text: string, at: number): boolean {
  return text[at] === ' ' || text[at] === '\t'
}
