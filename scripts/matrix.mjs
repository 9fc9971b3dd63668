// The tests on every line of Node that we say works: `node scripts/matrix.mjs`, or on some of them and only some of the
// tests: `node scripts/matrix.mjs 24 packages/core/test`. The versions come from the npm registry.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
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
  const { code, output } = await withNode(version, 'scripts/test.mjs', ...paths)
  const seconds = (performance.now() - begun) / 1000
  const [result = 'did not run'] = /^\d+ passed, .*$/m.exec(output) ?? []
  rows.push({
    code,
    line: `${code === 0 ? 'ok    ' : 'FAILED'} ${await versionOf(version)}  ${result}, ${seconds.toFixed(0)} s`,
  })
}
console.log(`\n${rows.map(({ line }) => line).join('\n')}`)
process.exitCode = rows.every(({ code }) => code === 0) ? 0 : 1

async function withNode(version, ...args) {
  const child = spawn('npx', ['-y', '-p', `node@${version}`, 'node', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
    process.stdout.write(args[0] === '-v' ? '' : text)
  })
  const [code] = await once(child, 'close')
  return { code, output }
}

async function versionOf(version) {
  return (await withNode(version, '-v')).output.trim().padEnd(9)
}
