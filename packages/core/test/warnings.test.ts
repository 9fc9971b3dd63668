import { createTokens, memoryStore, type Store, type StoreWarning } from '@tokenratchet/core'
import t from 'tap'
import { collectWarnings, inProduction } from '../../../test/helpers/warnings.js'
import { randomSecret } from './fixture.js'

const secret = randomSecret()

/** A store that has something to say. */
function warningStore(): Store & { warn: (warning: StoreWarning) => void } {
  const listeners: ((warning: StoreWarning) => void)[] = []
  return {
    ...memoryStore(),
    onWarning: listener => void listeners.push(listener),
    warn: warning => listeners.forEach(listener => void listener(warning)),
  }
}

const evicts = { code: 'redis_may_evict', message: 'maxmemory-policy is allkeys-lru. Set it to noeviction.' }

/** What may be wrong with a deployment, and what is printed of it. */
const rows: Record<string, [run: () => { close(): Promise<void> }, code: string, message: string]> = {
  'sessions in memory, in production': [
    () => createTokens({ secret }),
    'TOKENRATCHET_MEMORY_STORE_IN_PRODUCTION',
    'Sessions are in the memory of this process: a restart logs everybody out, and other processes do not know them. Pass a store, such as redisStore(client)',
  ],
  'access tokens that live too long': [
    () => createTokens({ secret, accessTokenLifetime: '2d', store: memoryStore() }),
    'TOKENRATCHET_LONG_ACCESS_TOKEN_LIFETIME',
    'accessTokenLifetime is more than a day: a stolen access token may be good, and claims may be out of date, for as long. Use minutes: refreshes keep users logged in, for idleTimeout and sessionLifetime',
  ],
  'a store that warns': [
    () => {
      const store = warningStore()
      const tokens = createTokens({ secret, store })
      store.warn(evicts)
      return tokens
    },
    'TOKENRATCHET_REDIS_MAY_EVICT',
    evicts.message,
  ],
}

t.test('what an operator should change is printed, with a code, where there is no onEvent', async t => {
  inProduction(t)
  for (const [what, [run, code, message]] of Object.entries(rows)) {
    await t.test(what, async t => {
      const warnings = collectWarnings(t)
      const tokens = run()
      t.teardown(() => tokens.close())
      t.match(await warnings(), [{ name: 'TokenratchetWarning', code, message }])
      t.equal((await warnings()).length, 1)
    })
  }
})

t.test('with onEvent nothing is printed: it is told instead', async t => {
  inProduction(t)
  const warnings = collectWarnings(t)
  const types: string[] = []
  const onEvent = ({ type }: { type: string }): void => void types.push(type)
  createTokens({ secret, onEvent, accessTokenLifetime: '2d' })
  const store = warningStore()
  createTokens({ secret, onEvent, store })
  store.warn(evicts)
  t.same(types, ['memory_store_in_production', 'config_warning', 'store_warning'])
  t.same(await warnings(), [])
})

t.test('decisions, and outages that pass, are not printed', async t => {
  const warnings = collectWarnings(t)
  const store = { ...memoryStore(), rotate: () => Promise.reject(new Error('down')) }
  const tokens = createTokens({ secret, store })
  t.teardown(() => tokens.close())
  const { refreshToken } = await tokens.issue({ subject: 'ada' })
  await t.rejects(tokens.refresh(refreshToken), { code: 'ERR_STORE_UNAVAILABLE' })
  await t.rejects(tokens.refresh('garbage'), { code: 'ERR_INVALID_GRANT' })
  t.same(await warnings(), [])
})
