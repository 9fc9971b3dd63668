// The tests on every line of Node that we say works: `node scripts/matrix.mjs`, or on some of them and only some of the
// tests: `node scripts/matrix.mjs 24 packages/core/test`. The versions come from the npm registry.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, dirname } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** The oldest that `engines` allows, and the newest of each line since. */
const all = ['20.19.0', '22', '24', '26']

const root = fileURLToPath(new URL('..', import.meta.url))
const isVersion = argument => /^\d+(\.\d+)*$/.test(argument)
const chosen = process.argv.slice(2).filter(isVersion)
const paths = process.argv.slice(2).filter(argument => !isVersion(argument))

const rows = []
for (const version of chosen.length > 0 ? chosen : all) {
  console.log(`\nNode ${version}`)
  const begun = performance.now()
  const node = await binary(version)
  if (node === '') {
    rows.push({ code: 1, line: `FAILED ${version}  could not be had` })
    continue
  }
  const { code, output } = await run(node, ['scripts/test.mjs', ...paths], {
    ...process.env,
    PATH: `${dirname(node)}${delimiter}${process.env.PATH}`,
  })
  const seconds = (performance.now() - begun) / 1000
  const [result = 'did not run'] = /^\d+ passed, .*$/m.exec(output) ?? []
  const { output: name } = await run(node, ['-v'])
  rows.push({
    code,
    line: `${code === 0 ? 'ok    ' : 'FAILED'} ${name.trim().padEnd(9)}  ${result}, ${seconds.toFixed(0)} s`,
  })
}
console.log(`\n${rows.map(({ line }) => line).join('\n')}`)
process.exitCode = rows.every(({ code }) => code === 0) ? 0 : 1

/** Run by its path, not by npx: that tells the npx of a test to look into the same package. */
async function binary(version) {
  const { output } = await run('npx', ['-y', '-p', `node@${version}`, 'node', '-p', 'process.execPath'])
  return output.trim()
}

async function run(command, args, env = process.env) {
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
    process.stdout.write(args[0].startsWith('-') ? '' : text)
  })
  const [code] = await once(child, 'close')
  return { code, output }
}
