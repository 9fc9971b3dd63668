// Publishes all packages, with one version. RELEASING.md says what comes before and after.
//
//   pnpm release --dry-run        builds, checks and packs; prints what would be published, and what is in the way
//   pnpm release --publish        the same, then tags the commit and publishes; refuses while something is in the way
//   pnpm release --version=1.2.0  writes the version into manifests, examples and CHANGELOG.md, and does nothing else
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { pnpm } from './pnpm.mjs'
import { examplesOf, packagesOf, problemsOf, sectionOf, semver } from './release-checks.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const tarballs = join(root, '.cache/release')
const usage = 'Usage: pnpm release --dry-run | --publish | --version=X.Y.Z'

class Refusal extends Error {}

const list = problems => problems.map(problem => `- ${problem}`).join('\n')

try {
  release(readArguments())
} catch (error) {
  if (!(error instanceof Refusal)) {
    throw error
  }
  console.error(error.message)
  process.exitCode = 1
}

function readArguments() {
  try {
    const options = {
      'dry-run': { type: 'boolean', default: false },
      publish: { type: 'boolean', default: false },
      version: { type: 'string' },
    }
    const { values } = parseArgs({ options })
    const chosen = [values['dry-run'], values.publish, values.version !== undefined].filter(Boolean)
    if (chosen.length === 1) {
      return values
    }
  } catch (error) {
    throw new Refusal(`${error.message}\n${usage}`)
  }
  throw new Refusal(usage)
}

function release({ publish, version }) {
  if (version !== undefined) {
    setVersion(version)
    return
  }
  const problems = problemsOf(root)
  if (publish && problems.length > 0) {
    throw new Refusal(`Refused, nothing was published:\n${list(problems)}`)
  }
  const packages = packagesOf(root)
  step('build', ...pnpm(root, 'run', 'build'))
  step('lint', ...pnpm(root, 'run', 'lint'))
  pack()
  const packed = packages.map(({ manifest }) => ({ ...manifest, tarball: tarballOf(manifest) }))
  packed.forEach(checkTarball)
  const plan = planOf(packed)
  console.log(plan.text)
  if (publish) {
    publishAll(packed, plan)
  } else if (problems.length > 0) {
    console.log(`Dry run: nothing was published. --publish would refuse this tree:\n${list(problems)}`)
  } else {
    console.log('Dry run: nothing was published. Nothing is in the way of --publish.')
  }
}

/** What is published, in which order, and as what. */
function planOf(packed) {
  const [{ version }] = packed
  const distTag = version.includes('-') ? 'next' : 'latest'
  const rows = packed.map(({ name, tarball }) => {
    const kilobytes = (statSync(tarball).size / 1000).toFixed(1)
    return `  ${name}@${version}  ${kilobytes} kB  ${tarball.slice(root.length)}`
  })
  const { text = '' } = sectionOf(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version) ?? {}
  const heads = [
    `To publish, in this order, with the dist-tag ${distTag}:`,
    ...rows,
    `Tag of the commit: v${version}`,
  ]
  return {
    version,
    distTag,
    text: `\n${heads.join('\n')}\nFrom CHANGELOG.md:\n${text.replace(/^/gm, '  ')}\n`,
  }
}

/** Builds each package again from nothing (its `prepack`), and packs it. */
function pack() {
  rmSync(tarballs, { recursive: true, force: true })
  mkdirSync(tarballs, { recursive: true })
  const filter = ['--recursive', '--workspace-concurrency=1', '--filter', './packages/*']
  step('pack', ...pnpm(root, ...filter, 'pack', '--pack-destination', tarballs))
}

function tarballOf({ name, version }) {
  const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`
  if (!readdirSync(tarballs).includes(file)) {
    throw new Refusal(`${name} was not packed: there is no ${file}`)
  }
  return join(tarballs, file)
}

/** By the linters of packages, and for ranges that only this workspace understands. */
function checkTarball({ name, tarball }) {
  const tools = join(root, 'test/node_modules/.bin')
  step(`publint ${name}`, join(tools, 'publint'), [tarball, '--strict'])
  step(`attw ${name}`, join(tools, 'attw'), [tarball, '--profile', 'esm-only'])
  const { stdout } = spawnSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' })
  const { dependencies, peerDependencies } = JSON.parse(stdout)
  const inner = Object.entries({ ...dependencies, ...peerDependencies }).filter(([, range]) =>
    range.includes(':'),
  )
  if (inner.length > 0) {
    throw new Refusal(`${name} asks for ${inner.flat().join(' ')}: npm can't install that`)
  }
}

/** The commit is tagged first, so that what is published can always be found. May be run again after a failure. */
function publishAll(packed, { version, distTag }) {
  const tag = `v${version}`
  if (spawnSync('git', ['rev-parse', '--quiet', '--verify', tag], { cwd: root }).status !== 0) {
    run('git', ['tag', '--annotate', tag, '--message', tag])
  }
  for (const { name, tarball } of packed) {
    if (isPublished(name, version)) {
      console.log(`${name}@${version} is published already`)
    } else {
      run('npm', ['publish', tarball, '--access', 'public', '--tag', distTag])
    }
  }
  console.log(`Published. Now: git push origin ${tag}`)
}

function isPublished(name, version) {
  const { stdout } = spawnSync('npm', ['view', `${name}@${version}`, 'version'], {
    cwd: root,
    encoding: 'utf8',
  })
  return stdout?.trim() === version
}

/** One version everywhere; what is unreleased becomes its section, with the day. */
function setVersion(version) {
  if (!semver.test(version)) {
    throw new Refusal(`${version} is not a version of Semantic Versioning`)
  }
  const changelog = join(root, 'CHANGELOG.md')
  const log = readFileSync(changelog, 'utf8')
  if (sectionOf(log, version) !== undefined) {
    throw new Refusal(`CHANGELOG.md has a section of ${version} already: choose the next version`)
  }
  const packages = packagesOf(root)
  const names = packages.map(({ manifest }) => manifest.name)
  for (const { file, text, manifest } of packages) {
    writeFileSync(
      join(root, file),
      text.replace(`"version": "${manifest.version}"`, `"version": "${version}"`),
    )
  }
  for (const { file, text } of examplesOf(root)) {
    const write = (line, name) => (names.includes(name) ? `"${name}": "^${version}"` : line)
    writeFileSync(join(root, file), text.replace(/"(@?[\w/-]+)": "\^[^"]*"/g, write))
  }
  const day = new Date().toISOString().slice(0, 10)
  writeFileSync(changelog, log.replace('## [Unreleased]\n', `## [Unreleased]\n\n## [${version}] - ${day}\n`))
  console.log(`Version ${version}. Now: pnpm install, read CHANGELOG.md, commit`)
}

/** Runs a command. What it prints is shown if it fails. */
function step(name, command, args) {
  const begun = performance.now()
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  if (status !== 0) {
    throw new Refusal(`${stdout}${stderr}\n${name}: ${error?.message ?? 'failed'}. Nothing was published.`)
  }
  console.log(`${name} ${((performance.now() - begun) / 1000).toFixed(1)} s`)
}

/** Runs a command that may ask its user, such as npm for a one-time password. */
function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) {
    const why = error?.message ?? `exit code ${status}`
    throw new Refusal(
      `${command} ${args.join(' ')}: ${why}. Run the release again to publish what is missing.`,
    )
  }
}
