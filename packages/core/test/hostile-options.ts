// Values that no option expects, and all places where options are taken: each is accepted, or refused by its name.
import { randomBytes } from 'node:crypto'

/** An error of the application's own, which must come out as the cause of one of ours, if at all. */
const thrown = new RangeError('thrown by the application')

const fail = (): never => {
  throw thrown
}

/** Every trap throws. */
const traps: ProxyHandler<object> = {
  get: fail,
  has: fail,
  ownKeys: fail,
  getOwnPropertyDescriptor: fail,
  getPrototypeOf: fail,
  set: fail,
  defineProperty: fail,
  apply: fail,
}

class Instance {
  own = 1
}

/** Made anew for each use. `undefined` is not among them: it is an option that is left out. */
export const hostile: Readonly<Record<string, () => unknown>> = {
  null: () => null,
  true: () => true,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  'a negative number': () => -1,
  'a fraction': () => 0.5,
  'a BigInt': () => 1n,
  'a symbol': () => Symbol('own'),
  'an empty string': () => '',
  'a lone surrogate': () => '\ud800',
  'a function': () => () => 1,
  'a class': () => Instance,
  'an async function': () => async () => 1,
  'an empty array': () => [],
  'an array of arrays': () => [[]],
  'an array with a hole': () => new Array(1),
  'an array of symbols': () => [Symbol('own')],
  'an array whose item throws': () => Object.defineProperty([1], 0, { get: fail }),
  'an empty object': () => ({}),
  'an object without a prototype': () => Object.create(null),
  'an instance of a class': () => new Instance(),
  'an object that throws as text': () => ({ toString: fail, valueOf: fail, [Symbol.toPrimitive]: fail }),
  'an object that throws as JSON': () => ({ toJSON: fail }),
  'an object whose member throws': () => Object.defineProperty({}, 'own', { enumerable: true, get: fail }),
  'an object with __proto__': () => JSON.parse('{"__proto__":{"secure":false}}'),
  'a Date': () => new Date(),
  'a Map': () => new Map([['secure', false]]),
  'a Set': () => new Set(['secure']),
  'a WeakMap': () => new WeakMap(),
  'a Promise': () => Promise.resolve({ secure: false }),
  'a RegExp': () => /x/,
  'an Error': () => new Error('own'),
  bytes: () => randomBytes(32),
  'a boxed string': () => Object('/auth'),
  'a Proxy of an object': () => new Proxy({}, {}),
  'a Proxy of an object that throws': () => new Proxy({}, traps),
  'a Proxy whose keys throw': () => new Proxy({}, { ownKeys: fail }),
  'a Proxy of an array that throws': () => new Proxy([], traps),
  'a Proxy of an array without end': () =>
    new Proxy([], { get: (_, name) => (name === 'length' ? 2 ** 32 : undefined) }),
  'a Proxy of a function that throws': () => new Proxy(() => 1, traps),
  'a revoked Proxy': () => revoked({}),
  'a revoked Proxy of an array': () => revoked([]),
}

function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const objects = [
  'an empty object',
  'an object without a prototype',
  'a Proxy of an object',
] as const satisfies (keyof typeof hostile)[]

const anyObject = [...objects, 'an instance of a class', 'an object with __proto__']

const functions = ['a function', 'a class', 'an async function', 'a Proxy of a function that throws']

/** Where a hostile value is legal after all; by the option. Everywhere else it is refused. */
export const legal: Readonly<Record<string, readonly string[]>> = {
  encryptAccessToken: ['true'],
  onEvent: functions,
  now: functions,
  'createTokens claims': functions,
  autoRefresh: ['true'],
  global: ['true'],
  jwt: ['true'],
  introspect: ['true'],
  'cookie.secure': ['true'],
  cookie: objects,
  routes: objects,
  'routes.refresh': objects,
  'routes.refresh.config': [...anyObject, 'an object that throws as text', 'an object that throws as JSON'],
  trustedOrigins: ['an empty array'],
  'grant claims': anyObject,
  userAgent: ['an empty string', 'a lone surrogate'],
  ip: ['an empty string', 'a lone surrogate'],
  replaces: ['an empty string', 'a lone surrogate'],
  token: ['an empty string', 'a lone surrogate'],
  sid: ['an empty string', 'a lone surrogate'],
  except: ['an empty string', 'a lone surrogate'],
  'refresh scope': ['an empty string', 'a lone surrogate'],
}

/** What `createTokens` takes. */
export const coreNames: readonly string[] = [
  'secret',
  'signingKeys',
  'encryptAccessToken',
  'store',
  'issuer',
  'audience',
  'accessTokenLifetime',
  'idleTimeout',
  'sessionLifetime',
  'recoveryWindow',
  'maxStaleness',
  'onStale',
  'sessionsPerSubject',
  'claims',
  'onEvent',
  'now',
]

/** What every adapter takes beside it. */
export const httpNames: readonly string[] = [
  'prefix',
  'transport',
  'cookie',
  'cookie.secure',
  'cookie.sameSite',
  'cookie.namePrefix',
  'cookie.partitioned',
  'trustedOrigins',
  'autoRefresh',
  'routes',
  'routes.refresh',
]

/** A place that takes options: `use` is given them whole. */
export interface Surface {
  readonly name: string
  /** Its options; those within another by their path. */
  readonly options: readonly string[]
  /** What it needs at least. */
  readonly needed: object
  readonly use: (options: unknown) => unknown
}

/** The options of a surface, with one of them replaced. */
export function withOption({ needed }: Surface, path: string, value: unknown): object {
  const [first = '', ...rest] = path.split('.')
  const nested = rest.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value)
  return { ...needed, [first]: nested }
}

/** Whether a value is legal there. */
function isLegal({ name }: Surface, path: string, what: string): boolean {
  return (legal[`${name} ${path}`] ?? legal[path] ?? []).includes(what)
}

/** What became of it: accepted, refused as it should be by one of these names, or the error that is neither. */
export async function outcomeOf(
  use: () => unknown,
  names: readonly string[],
): Promise<'accepted' | 'refused' | string> {
  try {
    await use()
    return 'accepted'
  } catch (error) {
    const { message } = error as Error
    const isTypeError = Object.getPrototypeOf(error) === TypeError.prototype
    const isNamed = names.some(name => message.includes(name))
    const isHelpful =
      / must | may |unknown option|can't be read|is required|needs | is (an? |undefined|cyclic|bytes|NaN)/.test(
        message,
      )
    return isTypeError && isNamed && isHelpful ? 'refused' : `${String(error)}`
  }
}

interface Asserts {
  equal(found: unknown, wanted: unknown, message: string): unknown
}

/** Gives each option of a surface each hostile value, or those of them that are named. */
export async function refusesHostile(
  t: Asserts,
  surface: Surface,
  kinds: readonly string[] = Object.keys(hostile),
): Promise<void> {
  for (const path of surface.options) {
    for (const what of kinds) {
      const options = withOption(surface, path, hostile[what]?.())
      const outcome = await outcomeOf(() => surface.use(options), [path])
      const wanted = isLegal(surface, path, what) ? 'accepted' : 'refused'
      t.equal(outcome, wanted, `${surface.name} ${path}: ${what}`)
    }
  }
}
