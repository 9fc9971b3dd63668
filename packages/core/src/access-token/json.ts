import { types } from 'node:util'
import { copyList, isList, reading } from '../values/check.js'
import { kindOf } from '../values/kind.js'

/** A value that JSON can represent. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** The most levels of nesting. More would not fit into a token, and could overflow the stack. */
const maxLevels = 500

/** The kinds of values that JSON would lose or change, and what to pass instead. */
const insteadOf: Readonly<Record<string, string>> = {
  'a BigInt': 'use String(value)',
  'a function': 'pass what it returns, or leave it out',
  'a Proxy of a function': 'pass what it returns, or leave it out',
  'a symbol': 'use its description',
  NaN: 'use null, or leave it out',
  Infinity: 'use null, or leave it out',
  '-Infinity': 'use null, or leave it out',
  undefined: 'use null, or leave it out',
  'a Date': 'use toISOString()',
  'a Map': 'use Object.fromEntries(map)',
  'a Set': 'use [...set]',
  'a Promise that nobody awaited': 'await it',
  'a RegExp': 'use its source',
  'an Error': 'use its message',
  'a KeyObject': 'leave it out',
  bytes: "use Buffer.from(bytes).toString('base64url')",
  'a WeakMap or WeakSet': 'leave it out',
}

/**
 * Converts a value as `JSON.parse(JSON.stringify(value))` does, but throws where JSON would lose or change something
 * silently: a role that is a function, a Map of permissions, a Date. As with JSON, members that are `undefined` are
 * left out, `toJSON` is called, and an instance of a class becomes an object of its own members.
 *
 * @param path where the value is, for the error: `claims.profile.since`
 * @param above the objects that contain it
 * @throws TypeError that names the path, and what to pass instead
 */
export function toJson(path: string, value: unknown, above: readonly unknown[] = []): Json {
  checkKind(path, value)
  const plain = typeof value === 'object' && value !== null ? reduced(path, value) : value
  checkKind(path, plain)
  if (typeof plain !== 'object' || plain === null) {
    return plain as Json
  }
  if (above.includes(plain)) {
    throw new TypeError(`${path} is cyclic: it contains itself. Pass a copy without that member`)
  }
  if (above.length >= maxLevels) {
    throw new TypeError(`${path.slice(0, 100)} is nested too deeply: pass fewer levels`)
  }
  const within = [...above, plain]
  return isList(path, plain)
    ? copyList(path, 'an array', plain).map((each, index) => toJson(`${path}[${index}]`, each, within))
    : ofMembers(path, plain as Record<string, unknown>, within)
}

function checkKind(path: string, value: unknown): void {
  const kind = kindOf(value)
  const instead = insteadOf[kind]
  if (instead !== undefined) {
    throw new TypeError(`${path} is ${kind}: ${instead}`)
  }
}

/** The value that JSON uses instead of an object: what its `toJSON` returns, or what a boxed primitive holds. */
function reduced(path: string, value: object): unknown {
  return reading(path, () => {
    const { toJSON } = value as { toJSON?: unknown }
    const answer: unknown = typeof toJSON === 'function' ? toJSON.call(value) : value
    return types.isBoxedPrimitive(answer) ? (answer as object).valueOf() : answer
  })
}

/** Defines members instead of assigning them, so that `__proto__` is a name like any other, and inert (R25). */
function ofMembers(path: string, value: Record<string, unknown>, within: readonly unknown[]): Json {
  const members = reading(path, () => Object.keys(value)).map(name => {
    const at = pathOf(path, name)
    return { name, at, member: reading(at, () => value[name]) }
  })
  return Object.fromEntries(
    members.flatMap(({ name, at, member }) =>
      member === undefined ? [] : [[name, toJson(at, member, within)]],
    ),
  )
}

function pathOf(path: string, name: string): string {
  return /^[A-Za-z_$][\w$]{0,39}$/.test(name)
    ? `${path}.${name}`
    : `${path}[${JSON.stringify(name.slice(0, 40))}]`
}
