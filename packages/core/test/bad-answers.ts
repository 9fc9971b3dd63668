import { memoryStore, type Store } from '@tokenratchet/core'
import fc from 'fast-check'

export type Method = Exclude<keyof Store, 'onWarning' | 'shards' | 'shardOf'>

/** Anything at all: what a careless store, a driver or a proxy may make of an answer. */
const anything = fc.oneof(
  fc.constantFrom(undefined, null, '', 'OK', 0, 1, -1, true, false, Number.NaN, 2 ** 48, Symbol('x'), 1n),
  fc.constantFrom([], {}, [undefined], [null], ['a'], [[]], [{}], new Map(), new Date(0), () => {}),
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true }),
)

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value

const otherThan = (good: unknown): fc.Arbitrary<unknown> =>
  anything.filter(value => kindOf(value) !== kindOf(good))

const notFinite = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
const noSessionNumber = [...notFinite, 0.5, 2 ** 48, 2 ** 53, 1e300, -(2 ** 48)]

/** Texts that must be what was asked for, or a word of the contract. Any other text is as good as the next. */
const checkedTexts: Readonly<Record<Method, readonly string[]>> = {
  create: ['outcome', 'session.subjectHash', 'session.sid', 'evicted.subjectHash'],
  rotate: ['outcome', 'session.subjectHash', 'session.sid'],
  find: ['session.subjectHash', 'session.sid'],
  list: ['subjectHash'],
  delete: [],
  deleteAll: ['subjectHash'],
  revokedSince: ['revoked.kind'],
}

/** What differs from a good answer of this method so that it breaks the contract, at any depth. */
export function spoilt(method: Method, good: unknown, path = ''): fc.Arbitrary<unknown> {
  const ways: fc.Arbitrary<unknown>[] = [otherThan(good)]
  if (typeof good === 'number') {
    ways.push(fc.constantFrom(...(path.endsWith('age') ? notFinite : noSessionNumber)))
  }
  if (checkedTexts[method].includes(path)) {
    ways.push(fc.constantFrom('', 'other', 'ROTATED', '__proto__'))
  }
  if (Array.isArray(good)) {
    ways.push(otherThan({}).map(element => [...good, element]))
    ways.push(...good.map((each, at) => spoilt(method, each, path).map(bad => good.toSpliced(at, 1, bad))))
    // The feed may repeat itself.
    ways.push(...(method === 'revokedSince' ? [] : [fc.constant([...good, good[0]])]))
  } else if (typeof good === 'object' && good !== null) {
    for (const [name, value] of Object.entries(good)) {
      const { [name]: _left, ...others } = good as Record<string, unknown>
      const inner = path === '' ? name : `${path}.${name}`
      ways.push(
        spoilt(method, value, inner).map(bad => ({ ...good, [name]: bad })),
        fc.constant(others),
      )
    }
  }
  return fc.oneof(...ways)
}

/** A memory store of which one method answers something else: after it has done what it was asked, or instead. */
export interface SpoiltStore extends Store {
  spoil: { readonly method: Method; readonly isDone: boolean; readonly answer: unknown } | undefined
}

export function spoiltStore(now: () => number): SpoiltStore {
  const methods = Object.entries(memoryStore({ now })).map(([name, run]) => [
    name,
    async (...asked: unknown[]) => {
      const { spoil } = store
      if (spoil?.method !== name) {
        return run(...asked)
      }
      if (spoil.isDone) {
        await run(...asked)
      }
      return spoil.answer
    },
  ])
  const store: SpoiltStore = Object.assign(Object.fromEntries(methods), { spoil: undefined })
  return store
}
