// Runs test files without tap's own runner: it loads hooks for coverage, mocks and source maps into every process, and
// they take longer than the tests of most files.
import { spawn } from 'node:child_process'
import process from 'node:process'
import Reporter from './reporter.mjs'

/**
 * Runs each file in a process of its own, `jobs` at a time, and prints what failed and a closing line.
 *
 * @param envOf more of the environment, for a file
 * @param beforeEnd what is printed before the closing line; `false` fails the run
 * @returns how many assertions there were, and whether all processes ended well
 */
export async function runFiles(
  files,
  { cwd, env = {}, envOf = () => ({}), nodeArgs = [], jobs = 1, hasTable = true, beforeEnd = () => true },
) {
  const reporter = new Reporter({ hasTable })
  const ended = new Promise(done => reporter.once('end', done))
  reporter.pipe(process.stdout)
  const totals = {}
  let isOk = true
  const queue = [...files]
  const work = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const { tap, status, milliseconds } = await runFile(file, {
        cwd,
        env: { ...env, ...envOf(file) },
        nodeArgs,
      })
      isOk &&= status === 0
      for (const [name, count] of countsOf(tap, status)) {
        totals[name] = (totals[name] ?? 0) + count
      }
      reporter.write(asSubtest(file, tap, status, milliseconds))
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  isOk = (await beforeEnd()) && isOk
  const counts = Object.entries(totals).map(([name, count]) => `${name}: ${count}`)
  reporter.end(
    `# { ${['total', 'pass'].every(name => name in totals) ? counts.join(', ') : 'total: 0, pass: 0'} }\n`,
  )
  await ended
  return { total: reporter.total, isOk }
}

/** Seconds that a file may take, on a busy machine too. A nightly run tries ten times as many cases. */
const timeout = process.env.TOKENRATCHET_EFFORT === 'nightly' ? '1800' : '600'

async function runFile(file, { cwd, env, nodeArgs }) {
  const begun = performance.now()
  const child = spawn(process.execPath, [...nodeArgs, '--import=tsx', file], {
    cwd,
    env: { ...process.env, TAP_TYPE_STRIP_ONLY: '1', TAP_TIMEOUT: timeout, ...env },
    stdio: ['inherit', 'pipe', 'inherit'],
  })
  const chunks = []
  child.stdout.setEncoding('utf8').on('data', chunk => chunks.push(chunk))
  const status = await new Promise(done => child.once('close', code => done(code ?? 1)))
  return { tap: chunks.join(''), status, milliseconds: performance.now() - begun }
}

/** The counts of a file, from its last line. A process that died before it could count them has failed once more. */
function countsOf(tap, status) {
  const line = /^# \{ (total: .*) \}$/m.exec(tap)?.[1]
  if (line === undefined) {
    return [
      ['total', 1],
      ['pass', 0],
      ['fail', 1],
    ]
  }
  const counts = line
    .split(', ')
    .map(pair => pair.split(': '))
    .map(([name, count]) => [name, Number(count)])
  const isSilent = status !== 0 && !counts.some(([name, count]) => name === 'fail' && count > 0)
  return isSilent ? [...counts, ['total', 1], ['fail', 1]] : counts
}

function asSubtest(file, tap, status, milliseconds) {
  const lines = tap.split('\n').filter(line => line !== '' && !/^TAP version|^# (\{ total|time=)/.test(line))
  const result = `${status === 0 ? 'ok' : 'not ok'} 1 - ${file} # time=${milliseconds.toFixed(3)}ms`
  return `${[`# Subtest: ${file}`, ...lines.map(line => `    ${line}`), result].join('\n')}\n`
}
