import { invalid } from './check.js'

/**
 * A scope (RFC 6749 section 3.3): names of visible ASCII without quotes and backslashes, separated by single spaces.
 */
const syntax = /^[!#-[\]-~]+( [!#-[\]-~]+)*$/

/** @throws TypeError unless the value is a valid scope */
export function checkScope(scope: unknown, name: string = 'scope'): string {
  if (!isScope(scope)) {
    throw invalid(name, "names separated by single spaces, such as 'read write'", scope)
  }
  return scope
}

export function isScope(scope: unknown): scope is string {
  return typeof scope === 'string' && syntax.test(scope)
}

/** Whether every name of the requested scope was granted at login (RFC 6749 section 6). */
export function isWithin(granted: string | undefined, asked: string): boolean {
  const names = new Set(granted?.split(' '))
  return asked.split(' ').every(name => names.has(name))
}
