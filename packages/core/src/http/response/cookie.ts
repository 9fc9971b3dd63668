import type { Issued } from '../../verbs/mint.js'
import type { CookieSettings } from '../cookie-options.js'

/**
 * Both cookies live until the session's idle deadline: so an expired access token still arrives, and is answered
 * `invalid_token` rather than as if nobody had logged in.
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

/** In front of others: a browser that doesn't know `Partitioned` takes both for one cookie, and the last line holds. */
function clearOthers(cookies: CookieSettings): string[] {
  return cookies.otherAttributes === undefined ? [] : cleared(cookies, cookies.otherAttributes)
}

function cleared({ accessToken, refreshToken }: CookieSettings, attributes: string): string[] {
  return [accessToken, refreshToken].map(name => `${name}=; Max-Age=0; ${attributes}`)
}

/** The name that a Set-Cookie line sets, as browsers read it (RFC 6265bis section 5.6). */
export function nameInLine(line: string): string {
  const [pair = ''] = line.split(';', 1)
  return pair.slice(skipBlanks(pair, 0), endOfValue(pair, 0, Math.max(0, pair.indexOf('='))))
}

/** The values of our cookies in a request, in the order in which they were sent: one of each name, as a rule. */
export interface SentTokens {
  readonly access: readonly string[]
  readonly refresh: readonly string[]
}

/**
 * Reads our cookies where each name came once at most, as a rule: without lists, as every guarded request pays for it.
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
 * Reads our cookies as they were sent. Names are compared byte for byte, trimmed of SP and HTAB only: a laxer reader
 * accepts what a browser would have refused to let another host set.
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

/** The value of the pair between `from` and `end`, if it has this name. */
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

/** Step by step: a regular expression for blanks at the end takes quadratic time on blanks that are not. */
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
