import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

/** The pnpm that runs this script, as a command and its arguments; without one, that of CI. */
export function pnpm(root, ...args) {
  const own = process.env.npm_execpath ?? ''
  if (/pnpm[^/\\]*$/.test(own)) {
    return /\.[cm]?js$/.test(own) ? [process.execPath, [own, ...args]] : [own, args]
  }
  const [version] = /pnpm@\S+/.exec(readFileSync(join(root, '.ci/run'), 'utf8')) ?? ['pnpm']
  return ['npx', ['-y', version, ...args]]
}
