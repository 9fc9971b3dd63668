import { basename, dirname } from 'node:path'
import process from 'node:process'
import webpack from 'webpack'

const [input, cjs, esm] = process.argv.slice(2)
const options = { entry: input, mode: 'production', target: 'node20', optimization: { minimize: false } }
const outputOf = file => ({ path: dirname(file), filename: basename(file) })
await compile({ ...options, output: outputOf(cjs) })
await compile({
  ...options,
  experiments: { outputModule: true },
  output: { ...outputOf(esm), module: true, chunkFormat: 'module' },
})

function compile(configuration) {
  return new Promise((resolve, reject) => {
    webpack(configuration, (error, stats) => {
      if (error || stats.hasErrors()) {
        reject(error ?? new Error(stats.toString({ all: false, errors: true })))
      } else {
        resolve()
      }
    })
  })
}
