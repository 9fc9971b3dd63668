import process from 'node:process'
import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import nodeResolve from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
import { banner } from './banner.mjs'

const [input, cjs, esm] = process.argv.slice(2)
const plugins = [nodeResolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs(), json()]
// Silent, as libraries in CommonJS have circular imports.
const bundle = await rollup({ input, plugins, logLevel: 'silent' })
await bundle.write({ format: 'cjs', file: cjs, inlineDynamicImports: true })
await bundle.write({ format: 'es', file: esm, inlineDynamicImports: true, banner })
await bundle.close()
