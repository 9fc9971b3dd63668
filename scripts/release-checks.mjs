// What must be true before a release is published. Each problem is a line that names the place and says what to do.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The host of every address that only the owner of the repository knows. RFC 2606: it never exists. */
export const placeholder = 'placeholder.invalid'

export const semver = /^\d+\.\d+\.\d+(-[\da-z.-]+)?$/

/** The packages that are published, each after those that it needs. What copies the examples needs all of them. */
export function packagesOf(root) {
  const found = readdirSync(join(root, 'packages'))
    .sort()
    .map(name => manifestAt(root, `packages/${name}`))
    .filter(({ manifest }) => manifest.private !== true)
  const ordered = []
  const visit = each => {
    if (!ordered.includes(each)) {
      const { dependencies, peerDependencies } = each.manifest
      const needed = Object.keys({ ...dependencies, ...peerDependencies })
      found.filter(({ manifest }) => needed.includes(manifest.name)).forEach(visit)
      ordered.push(each)
    }
  }
  const isStarter = ({ manifest }) => manifest.name.startsWith('create-')
  found.filter(each => !isStarter(each)).forEach(visit)
  found.filter(isStarter).forEach(visit)
  return ordered
}

/** The applications that ask for the packages by a range, so that they can be copied out. */
export function examplesOf(root) {
  const folder = join(root, 'examples')
  const names = existsSync(folder) ? readdirSync(folder) : []
  return names
    .filter(name => existsSync(join(folder, name, 'package.json')))
    .map(name => manifestAt(root, `examples/${name}`))
}

function manifestAt(root, folder) {
  const text = readFileSync(join(root, folder, 'package.json'), 'utf8')
  return { folder, file: `${folder}/package.json`, text, manifest: JSON.parse(text) }
}

/** Everything that keeps this tree from being published; nothing is changed, and no network is used. */
export function problemsOf(root) {
  const packages = packagesOf(root)
  const [{ manifest }] = packages
  return [
    ...versionProblems(packages, examplesOf(root)),
    ...addressProblems(packages),
    ...placeholderProblems(root),
    ...changelogProblems(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), manifest.version),
    ...gitProblems(root, `v${manifest.version}`),
  ]
}

/** All packages have one version, and the examples ask for it. */
function versionProblems(packages, examples) {
  const [{ file: first, manifest }] = packages
  const { version } = manifest
  const names = packages.map(each => each.manifest.name)
  const different = packages.filter(each => each.manifest.version !== version)
  const outdated = examples.flatMap(({ file, text, manifest: { dependencies = {}, devDependencies = {} } }) =>
    Object.entries({ ...dependencies, ...devDependencies })
      .filter(([name, range]) => names.includes(name) && range !== `^${version}`)
      .map(
        ([name, range]) =>
          `${file}:${lineOf(text, `"${name}"`)} asks for ${name} ${range}: make it ^${version}`,
      ),
  )
  return [
    ...(semver.test(version) ? [] : [`${first}: version ${version} is not one of Semantic Versioning`]),
    ...different.map(
      each =>
        `${each.file}: version is ${each.manifest.version}, but ${version} in ${first}: all packages have one`,
    ),
    ...outdated,
  ]
}

/** Every package says where its source is, where problems are reported, and where it is described. */
function addressProblems(packages) {
  return packages.flatMap(({ file, folder, text, manifest }) => {
    const { repository, bugs, homepage } = manifest
    const addresses = { repository: repository?.url, bugs: bugs?.url, homepage }
    const wrong = Object.entries(addresses).flatMap(([field, address]) => {
      const place = `${file}:${lineOf(text, `"${field}"`)}`
      return !isAddress(address)
        ? [`${file} has no "${field}" with an https address: npm shows it to everybody`]
        : address.includes(placeholder)
          ? [`${place} "${field}" is a placeholder: fill in the address of the repository`]
          : []
    })
    const isElsewhere = repository !== undefined && repository.directory !== folder
    return isElsewhere
      ? [...wrong, `${file} "repository" has the directory ${repository.directory}: it is ${folder}`]
      : wrong
  })
}

const isAddress = address => typeof address === 'string' && /^(git\+)?https:\/\/[^/]+\/./.test(address)

/** The files that the host of the repository reads have no placeholder any more. */
function placeholderProblems(root) {
  const folder = join(root, '.github')
  const names = existsSync(folder) ? readdirSync(folder, { recursive: true }) : []
  return names
    .filter(name => /\.(ya?ml|md)$/.test(name))
    .map(name => [`.github/${name}`, readFileSync(join(folder, name), 'utf8')])
    .filter(([, text]) => text.includes(placeholder))
    .map(
      ([file, text]) =>
        `${file}:${lineOf(text, placeholder)} is a placeholder: fill in the address of the repository`,
    )
}

/** The version has a section, and nothing is left that would be released without being in it. */
function changelogProblems(text, version) {
  const own = sectionOf(text, version)
  const unreleased = sectionOf(text, 'Unreleased')
  return [
    ...(own === undefined
      ? [`CHANGELOG.md has no section ## [${version}]: say there what this version changes`]
      : own.text === ''
        ? [`CHANGELOG.md:${own.line} the section of ${version} is empty: say what this version changes`]
        : []),
    ...(unreleased === undefined || unreleased.text === ''
      ? []
      : [
          `CHANGELOG.md:${unreleased.line} [Unreleased] has entries: move them to the section of this version`,
        ]),
  ]
}

/** @returns the line of the heading, and the text below it */
export function sectionOf(changelog, name) {
  const lines = changelog.split('\n')
  const at = lines.findIndex(line => line.startsWith(`## [${name}]`))
  if (at === -1) {
    return undefined
  }
  const end = lines.findIndex((line, index) => index > at && line.startsWith('## '))
  return {
    line: at + 1,
    text: lines
      .slice(at + 1, end === -1 ? undefined : end)
      .join('\n')
      .trim(),
  }
}

/** What is published is what is committed, and a tag belongs to one commit for good. */
function gitProblems(root, tag) {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trimEnd()
  const changed = git('status', '--porcelain')
  const isThere = git('tag', '--list', tag) !== ''
  return [
    ...(changed === '' ? [] : [`Not everything is committed:\n${changed.replace(/^/gm, '    ')}`]),
    ...(isThere && git('rev-parse', `${tag}^{commit}`) !== git('rev-parse', 'HEAD')
      ? [`The tag ${tag} belongs to another commit: this version has been released. Choose the next one`]
      : []),
  ]
}

const lineOf = (text, part) => text.slice(0, text.indexOf(part)).split('\n').length
