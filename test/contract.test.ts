// The rules of HTTP in one process: each file alone would load the same frameworks again, which takes longer than
// its rules do. But for feed.test.ts, which waits. `node scripts/test.mjs test/contract/guard.test.ts` still runs one.
import { readdirSync } from 'node:fs'

const folder = new URL('contract/', import.meta.url)
for (const file of readdirSync(folder).filter(file => file.endsWith('.test.ts') && file !== 'feed.test.ts')) {
  await import(new URL(file, folder).href)
}
