import bowser from 'bowser'

/** Characters of a user agent that are looked at: what comes after them is no name of a browser. */
const maxLength = 512

/**
 * What a user agent calls itself, for people who look through their sessions: `Safari on iOS`. It proves nothing.
 *
 * @returns `undefined` when there is nothing to recognise in it
 */
export function deviceOf(userAgent: string | undefined): string | undefined {
  if (userAgent === undefined || userAgent === '') {
    return undefined
  }
  const { browser, os } = bowser.parse(userAgent.slice(0, maxLength))
  const words = [printable(browser.name), printable(os.name)].filter(word => word !== '')
  return words.length === 0 ? undefined : words.join(' on ')
}

/** A name that the library doesn't know is the user agent's own text. */
function printable(name = ''): string {
  return name
    .replace(/[^\p{L}\p{N} ._-]/gu, '')
    .slice(0, 40)
    .trim()
}
