import process from 'node:process'
import { build } from 'esbuild'
import { banner } from './banner.mjs'

const [input, cjs, esm] = process.argv.slice(2)
const options = { entryPoints: [input], bundle: true, platform: 'node', logLevel: 'error' }
await build({ ...options, format: 'cjs', outfile: cjs })
await build({ ...options, format: 'esm', outfile: esm, banner: { js: banner } })
