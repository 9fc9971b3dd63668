import { kindOf, shown } from './kind.js'

/** Entries. A Proxy may answer any length. */
const maxEntries = 100_000

/**
 * Reads an object of options: each member once, and no other names than the known ones. What is checked is then what
 * is used, whatever a getter would answer the second time.
 *
 * @param what the object, for the error
 * @param names all names that it may have; inherited ones are read too, as of an instance of a class
 * @param path what stands before a member's name in the error: `''`, `cookie.`, `routes.refresh.`
 * @throws TypeError that names the member, also where reading it throws
 * @example const { timeout = 2000 } = checkMembers('options', options, ['timeout'])
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
 * A copy of an object that may have any members.
 *
 * @param inherited names that are read from its prototype too
 * @throws TypeError that names the member whose reading throws
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
  // Defined rather than assigned, so that `__proto__` is a name like any other.
  return Object.fromEntries(entries.filter(([name, member]) => member !== undefined || own.includes(name)))
}

/** @throws TypeError for a Date, a Map and the like too: they would pass for an object without options */
export function checkObject(what: string, value: unknown): Record<string, unknown> {
  const kind = kindOf(value)
  if ((kind !== 'an object' && kind !== 'a Proxy') || isList(what, value)) {
    throw new TypeError(`${what} must be an object (got ${kind})`)
  }
  return value as Record<string, unknown>
}

/** Whether it is an array, or a Proxy of one. */
export function isList(name: string, value: unknown): boolean {
  return reading(name, () => Array.isArray(value))
}

/** @throws TypeError that names the list, also where reading it throws */
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

/** What a getter or a Proxy of the application's throws is the cause of an error that names the option. */
export function reading<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new TypeError(`${name} can't be read: its getter or Proxy threw. Pass a plain value`, { cause })
  }
}

/** Text of any kind, or nothing. */
export function checkString(name: string, value: unknown): string | undefined {
  return value === undefined ? undefined : checkPresent(name, value)
}

/** Text of any kind. */
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

/** @throws TypeError for anything but a whole number from 1 up */
export function checkCount(name: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw invalid(name, 'a whole number from 1 up', value)
  }
  return value as number
}

/** @param expected what it should have been, to follow `must be` */
export function invalid(name: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${name} must be ${expected} (got ${shown(value)})`)
}
