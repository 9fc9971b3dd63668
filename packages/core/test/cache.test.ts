import t from 'tap'
import { verifiedTokens } from '#internal/access-token/cache'

const claims = (sub: string) => ({ sub }) as never
const fill = (cache: ReturnType<typeof verifiedTokens>, name: string, count: number) => {
  const tokens = Array.from({ length: count }, (_, index) => `${name}-${index}`)
  for (const token of tokens) {
    cache.set(token, claims(token))
  }
  return tokens
}

t.test('R24: the cache of verified tokens never holds more than 10,000', async t => {
  const cache = verifiedTokens()
  const tokens = fill(cache, 'token', 25_001)
  const held = tokens.filter(token => cache.get(token) !== undefined)
  t.ok(held.length >= 5_000 && held.length <= 10_000, `it holds ${held.length}`)
  t.equal(cache.get('token-0'), undefined)
  t.equal(cache.get('token-25000')?.sub, 'token-25000')
})

t.test('a token that is used stays in the cache, however many come after it', async t => {
  const cache = verifiedTokens()
  cache.set('used', claims('ada'))
  for (const round of [1, 2, 3, 4]) {
    fill(cache, `round-${round}`, 4_999)
    t.equal(cache.get('used')?.sub, 'ada')
  }
  cache.clear()
  t.equal(cache.get('used'), undefined)
})
