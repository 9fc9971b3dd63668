import { together } from '../../../test/helpers/together.js'

await together(import.meta.url, [
  'histories.test.ts',
  'revocation-feed.test.ts',
  'refresh-token-hostile.test.ts',
])
