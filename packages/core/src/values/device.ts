import bowser from 'bowser'

/** The characters of a user agent that are parsed: what follows them is not the name of a browser. */
const maxLength = 512

/**
 * The device of a user agent, for people who look through their sessions: `Safari on iOS`. A client can send any name,
 * so it proves nothing.
 *
 * @returns `undefined` if no browser or operating system is recognised
 */
export function deviceOf(userAgent: string | undefined): string | undefined {
  if (userAgent === undefined || userAgent === '') {
    return undefined
  }
  const { browser, os } = bowser.parse(userAgent.slice(0, maxLength))
  const words = [printable(browser.name), printable(os.name)].filter(word => word !== '')
  return words.length === 0 ? undefined : words.join(' on ')
}

/** Removes unusual characters. A name that the library doesn't know is the text of the client itself. */
function printable(name = ''): string {
  return name
    .replace(/[^\p{L}\p{N} ._-]/gu, '')
    .slice(0, 40)
    .trim()
}
