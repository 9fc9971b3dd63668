// `pnpm chaos`: kills, freezes, cuts off and moves real Redis servers under simulated users, and counts what breaks.
import { readOptions, usage } from './options.js'
import { type Result, run } from './run.js'
import { tableOf } from './table.js'

const shown = 20

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(usage)
    return 0
  }
  const options = readOptions(args)
  console.log(`seed ${options.seed}`)
  const results: Result[] = []
  let reports = 0
  for (const topology of options.topologies) {
    const result = await run(topology, options, text => {
      reports++
      if (reports <= shown) {
        console.log(text)
      }
    })
    results.push(result)
  }
  if (reports > shown) {
    console.log(`and ${reports - shown} lines more`)
  }
  console.log(`\n${tableOf(results)}`)
  const broken = results.reduce((sum, { counts }) => sum + counts.broken, 0)
  console.log(
    broken === 0 ? '\nevery promise was kept' : `\n${broken} broken promises, with seed ${options.seed}`,
  )
  return broken === 0 ? 0 : 1
}

try {
  process.exit(await main(process.argv.slice(2)))
} catch (error) {
  console.error(error instanceof TypeError ? `${error.message}\n\n${usage}` : error)
  process.exit(2)
}
