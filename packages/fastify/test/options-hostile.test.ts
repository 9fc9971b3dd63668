import tokenratchet, { type TokenratchetOptions } from '@tokenratchet/fastify'
import Fastify from 'fastify'
import t from 'tap'
import {
  coreNames,
  hostile,
  httpNames,
  outcomeOf,
  refusesHostile,
  type Surface,
} from '../../core/test/hostile-options.js'
import { secret, testApp, who } from './app.js'

type Options = TokenratchetOptions & { prefix: string }

async function boot(options: unknown): Promise<void> {
  const app = Fastify()
  try {
    await app.register(tokenratchet, options as Options)
    await app.ready()
  } finally {
    await app.close()
  }
}

const plugin = { name: 'plugin', needed: { secret }, use: boot }

const surfaces: readonly [Surface, kinds?: string[]][] = [
  [{ ...plugin, options: ['global', 'decoratorName', 'cookie', 'routes.refresh.config'] }],
  // Handed on to the core, which refuses all the others too: packages/core/test/options-hostile.test.ts.
  [
    { ...plugin, options: [...coreNames, ...httpNames].filter(name => name !== 'claims') },
    [
      'null',
      'a symbol',
      'an empty array',
      'an object that throws as text',
      'a Promise',
      'a Proxy of an object that throws',
      'a revoked Proxy',
    ],
  ],
]

t.test(
  'R23: a value that an option does not expect is refused at boot by its name, and no other is',
  async t => {
    for (const [surface, kinds] of surfaces) {
      await refusesHostile(t, surface, kinds)
    }
  },
)

/** Fastify hands on an empty object in place of these, or calls a function for the options. */
const ofFastify = [
  'null',
  'NaN',
  'an empty string',
  'a function',
  'a class',
  'an async function',
  'a Proxy of a function that throws',
]

t.test('R23: options that are not an object are refused, whatever they are', async t => {
  for (const [what, make] of Object.entries(hostile).filter(([what]) => !ofFastify.includes(what))) {
    t.equal(await outcomeOf(() => boot(make()), ['options', 'secret', 'own', '__proto__']), 'refused', what)
  }
})

t.test('R23: what a route requires is refused at boot by the name of the route', async t => {
  for (const [what, make] of Object.entries(hostile)) {
    const { app } = await testApp(t)
    const add = () => app.get('/data', { config: { auth: make() as true } }, who)
    const wanted = what === 'true' ? 'accepted' : 'refused'
    t.equal(await outcomeOf(add, ['config.auth of /data']), wanted, what)
  }
})
