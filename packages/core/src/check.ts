/**
 * Misspelt options fail at construction instead of being ignored.
 *
 * @param path what stands before a member's name in the error: `''`, `cookie.`, `routes.refresh.`
 * @throws TypeError that names the member
 */
export function checkMembers(
  what: string,
  value: unknown,
  known: readonly string[],
  path: string = '',
): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${what} must be an object`)
  }
  const unknown = Object.keys(value).find(name => !known.includes(name))
  if (unknown !== undefined) {
    throw new TypeError(`unknown option: ${path}${unknown}`)
  }
}
