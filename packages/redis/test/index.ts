import { together } from '../../../test/helpers/together.js'

await together(import.meta.url, [
  'cluster-moves.test.ts',
  'dead-shard.test.ts',
  'failover.test.ts',
  'store.test.ts',
])
