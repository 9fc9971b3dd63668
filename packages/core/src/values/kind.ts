import { types } from 'node:util'

/** The kinds of objects. A Proxy comes first: the other tests could run its handlers, which may throw. */
const kinds: readonly (readonly [(value: unknown) => boolean, string])[] = [
  [types.isProxy, 'a Proxy'],
  [Array.isArray, 'an array'],
  [types.isPromise, 'a Promise that nobody awaited'],
  [types.isDate, 'a Date'],
  [types.isMap, 'a Map'],
  [types.isSet, 'a Set'],
  [types.isRegExp, 'a RegExp'],
  [types.isNativeError, 'an Error'],
  [types.isKeyObject, 'a KeyObject'],
  [value => ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value), 'bytes'],
  [value => types.isWeakMap(value) || types.isWeakSet(value), 'a WeakMap or WeakSet'],
  [types.isBoxedPrimitive, 'a boxed primitive'],
]

/** The kind of a value, in words for an error. It never shows the value, and never throws. */
export function kindOf(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'undefined'
    case 'function':
      return types.isProxy(value) ? 'a Proxy of a function' : 'a function'
    case 'object':
      return value === null ? 'null' : (kinds.find(([is]) => is(value))?.[1] ?? 'an object')
    case 'string':
      return value === '' ? 'an empty string' : 'a string'
    case 'number':
      return Number.isFinite(value) ? 'a number' : `${value}`
    case 'bigint':
      return 'a BigInt'
    default:
      return `a ${typeof value}`
  }
}

/**
 * Like `kindOf`, but shows strings (40 characters), numbers and booleans. Use it only for options that hold no secret.
 */
export function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${value.slice(0, 40)}'`
    case 'number':
    case 'boolean':
      return `${value}`
    default:
      return kindOf(value)
  }
}
