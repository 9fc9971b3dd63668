import { kindOf, shown } from './kind.js'

/** The most entries of a list: a Proxy may return any length. */
const maxEntries = 100_000

/**
 * Reads the members of an options object, each exactly once, and refuses unknown names. The checked value is therefore
 * the value that is used, even if a getter would return another one the second time.
 *
 * @param what the object, for the error
 * @param names all names that it may have; inherited ones are read too, as from an instance of a class
 * @param path the prefix of a member's name in the error: `''`, `cookie.`, `routes.refresh.`
 * @throws TypeError that names the member that is unknown or can't be read
 *
 * @example
 * const { timeout = 2000 } = checkMembers('options', options, ['timeout'])
 */
export function checkMembers<Name extends string>(
  what: string,
  value: unknown,
  names: readonly Name[],
  path: string = '',
): Partial<Record<Name, unknown>> {
  const members = copyMembers(what, value, names, path)
  const unknown = Object.keys(members).find(name => !names.includes(name as Name))
  if (unknown !== undefined) {
    throw new TypeError(`unknown option: ${path}${unknown} (expected ${names.join(', ')})`)
  }
  return members as Partial<Record<Name, unknown>>
}

/**
 * Copies an object that may have any members.
 *
 * @param inherited names that are also read from its prototype
 * @throws TypeError that names the member whose getter throws
 */
export function copyMembers(
  what: string,
  value: unknown,
  inherited: readonly string[] = [],
  path: string = `${what}.`,
): Record<string, unknown> {
  const source = checkObject(what, value)
  const own = reading(what, () => Object.keys(source))
  const entries = [...new Set([...own, ...inherited])].map(
    name => [name, reading(`${path}${name}`, () => source[name])] as const,
  )
  // Define members instead of assigning them, so that `__proto__` is a name like any other.
  return Object.fromEntries(entries.filter(([name, member]) => member !== undefined || own.includes(name)))
}

/**
 * Returns a value that is an object with members.
 *
 * @throws TypeError for anything else. A Date or a Map is refused too: it would pass for an object without options
 */
export function checkObject(what: string, value: unknown): Record<string, unknown> {
  const kind = kindOf(value)
  if ((kind !== 'an object' && kind !== 'a Proxy') || isList(what, value)) {
    throw new TypeError(`${what} must be an object (got ${kind})`)
  }
  return value as Record<string, unknown>
}

/** Whether a value is an array, or a Proxy of one. */
export function isList(name: string, value: unknown): boolean {
  return reading(name, () => Array.isArray(value))
}

/**
 * Copies a list, reading each entry once.
 *
 * @throws TypeError that names the list or the entry which is invalid or can't be read
 */
export function copyList(name: string, expected: string, value: unknown): unknown[] {
  if (!isList(name, value)) {
    throw invalid(name, expected, value)
  }
  const list = value as readonly unknown[]
  const length = reading(name, () => list.length)
  if (!Number.isSafeInteger(length) || length > maxEntries) {
    throw new TypeError(`${name} must have ${maxEntries} entries or fewer`)
  }
  return Array.from({ length }, (_, index) => reading(`${name}[${index}]`, () => list[index]))
}

/**
 * Reads a value that a getter or a Proxy of the application may compute.
 *
 * @throws TypeError that names the option, if reading throws; its cause is what was thrown
 */
export function reading<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new TypeError(`${name} can't be read: its getter or Proxy threw. Pass a plain value`, { cause })
  }
}

/** Returns a value that is a string, or `undefined`. */
export function checkString(name: string, value: unknown): string | undefined {
  return value === undefined ? undefined : checkPresent(name, value)
}

/** Returns a value that is a string; the empty string is allowed. */
export function checkPresent(name: string, value: unknown): string {
  if (typeof value !== 'string') {
    throw new TypeError(`${name} must be a string (got ${kindOf(value)})`)
  }
  return value
}

/** @throws TypeError that names the option */
export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw invalid(name, 'true or false', value)
  }
  return value
}

/** @throws TypeError unless the value is a whole number, 1 or greater */
export function checkCount(name: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw invalid(name, 'a whole number, 1 or greater', value)
  }
  return value as number
}

/** @param expected the value that was expected, to follow `must be` */
export function invalid(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${expected} (got ${shown(value)})`)
}
