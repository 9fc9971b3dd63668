import { cpSync, existsSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Choice } from './choice.js'

/** The examples that can be copied, by the names of their folders. */
export const templates: readonly string[] = ['fastify', 'express', 'minimal-fastify', 'minimal-express']

/** Installed, built, or a developer's own: secrets and databases never get into a copy. */
const left = /^(node_modules|dist|\.env|.*\.(db|db-\w+|tsbuildinfo))$/

/** npm leaves files of this name out of a package, so the package has it without its dot. */
const ignoreFile = '.gitignore'

/** The folder name of the example for a choice. */
export function templateOf({ framework, isMinimal }: Choice): string {
  return isMinimal ? `minimal-${framework}` : framework
}

/** Copies an example without what is installed, built, or a developer's own. */
export function copyTemplate(source: string, destination: string): void {
  cpSync(source, destination, {
    recursive: true,
    filter: path => path === source || !left.test(basename(path)),
  })
}

/** Renames the copy's `.gitignore`, so that npm packs it. */
export function hideIgnoreFile(folder: string): void {
  rename(folder, ignoreFile, ignoreFile.slice(1))
}

/** Undoes `hideIgnoreFile`. */
export function restoreIgnoreFile(folder: string): void {
  rename(folder, ignoreFile.slice(1), ignoreFile)
}

function rename(folder: string, from: string, to: string): void {
  if (existsSync(join(folder, from))) {
    renameSync(join(folder, from), join(folder, to))
  }
}
