#!/usr/bin/env node
// `npm create tokenratchet`: copies one of the examples that this package brings along.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { create, nextSteps, readChoice, templateOf, withRefusals } from './index.js'

await withRefusals(() => {
  const choice = readChoice(process.argv.slice(2), 'npm create tokenratchet --')
  const template = fileURLToPath(new URL(`../templates/${templateOf(choice)}`, import.meta.url))
  create({ folder: resolve(choice.folder), template })
  console.log(nextSteps(choice, false))
})
