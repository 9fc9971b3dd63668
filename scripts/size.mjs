// What the browser client weighs in a page, minified and compressed: `node scripts/size.mjs`, after `pnpm build`.
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** 2.5 kB, of 1,024 bytes each, as bundlers print it. */
const limit = 2560

const entry = fileURLToPath(new URL('../packages/client/dist/index.js', import.meta.url))
const { outputFiles } = await build({
  entryPoints: [entry],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  write: false,
})
const size = gzipSync(outputFiles[0].contents, { level: 9 }).length
const [bytes, most] = [size, limit].map(number => number.toLocaleString('en'))
console.log(`@tokenratchet/client: ${bytes} of ${most} bytes (min+gzip)`)
if (size > limit) {
  console.error('The client is too large: a page pays for every byte of it')
  process.exitCode = 1
}
