import { parseArgs } from 'node:util'
import { Refusal } from './refusal.js'

/** What the user asked for. */
export interface Choice {
  /** The folder to create, as the user wrote it. */
  readonly folder: string
  readonly framework: 'fastify' | 'express'
  /** One file instead of the starter. */
  readonly isMinimal: boolean
}

const flags = ['fastify', 'express', 'minimal']

/**
 * Reads the arguments of the command line.
 *
 * @param args without the program's name
 * @param command how the user calls this program, for the usage in messages
 * @throws Refusal if the arguments do not name one folder and one framework
 * @example
 * ```ts
 * readChoice(['my-app', '--fastify'], 'npm create tokenratchet') // { folder: 'my-app', framework: 'fastify', isMinimal: false }
 * ```
 */
export function readChoice(args: readonly string[], command: string): Choice {
  const refuse = (problem: string): never => {
    throw new Refusal(`${problem}\nUsage: ${command} FOLDER --fastify | --express [--minimal]`)
  }
  // Package managers differ in whether they pass on the `--` in front of our arguments.
  const own = args[0] === '--' ? args.slice(1) : [...args]
  const { tokens, positionals } = parseArgs({
    args: own,
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(flags.map(flag => [flag, { type: 'boolean' as const }])),
  })
  const chosen = new Set<string>()
  for (const token of tokens) {
    if (token.kind === 'option') {
      if (!flags.includes(token.name)) {
        refuse(`Unknown option: ${token.rawName}`)
      }
      if (token.value !== undefined) {
        refuse(`${token.rawName} takes no value`)
      }
      chosen.add(token.name)
    }
  }
  if (chosen.has('fastify') && chosen.has('express')) {
    refuse('Choose one framework: --fastify or --express, not both')
  }
  if (!chosen.has('fastify') && !chosen.has('express')) {
    refuse('Choose a framework: --fastify or --express')
  }
  const [folder = '', ...more] = positionals
  if (folder === '') {
    refuse('Name the folder to create')
  }
  if (more.length > 0) {
    refuse(`Name one folder (got ${positionals.length}: ${positionals.join(', ')})`)
  }
  return {
    folder,
    framework: chosen.has('fastify') ? 'fastify' : 'express',
    isMinimal: chosen.has('minimal'),
  }
}
