// What the documents say in code: their fenced blocks, each with a way to be checked, or the test fails.
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { transform } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Block {
  readonly file: string
  /** Of its first line of code. */
  readonly line: number
  readonly language: string
  readonly code: string
  /** Names that the text says are the reader's, or that an earlier block has: `<!-- docs: given app of Fastify, sid -->`. */
  readonly given: readonly string[]
  /** The file that a text comes from, such as a program that printed it: `<!-- docs: from bench/simulator.ts -->`. */
  readonly from: string | undefined
}

/** Where a block is, for messages. */
export const placeOf = ({ file, line }: Block): string => `${file}:${line}`

/** Every document that users read, and its text. */
export async function documents(): Promise<Map<string, string>> {
  const [packages = [], examples = [], ...pages] = await Promise.all(
    ['packages', 'examples', 'docs', 'bench'].map(async folder =>
      (await readdir(join(root, folder))).map(name => `${folder}/${name}`),
    ),
  )
  const files = [
    'README.md',
    'SECURITY.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'RELEASING.md',
    ...(await readdir(join(root, 'docs/guides'))).map(name => `docs/guides/${name}`),
    ...pages.flat().filter(path => path.endsWith('.md')),
    ...[...packages, ...examples].map(folder => `${folder}/README.md`),
  ]
  return new Map(
    await Promise.all(files.map(async file => [file, await readFile(join(root, file), 'utf8')] as const)),
  )
}

/** The fenced blocks of a document, in order. */
export function blocksOf(file: string, text: string): Block[] {
  const blocks: Block[] = []
  const lines = text.split('\n')
  for (let index = 0; index < lines.length; index++) {
    const [fence, language = ''] = /^\s*```(\S*)/.exec(lines[index] ?? '') ?? []
    if (fence === undefined) {
      continue
    }
    const start = index + 1
    const end = lines.findIndex((line, at) => at >= start && /^\s*```\s*$/.test(line))
    const [, given = ''] = /^<!-- docs: given (.*) -->$/.exec(lines[index - 1] ?? '') ?? []
    const [, from] = /^<!-- docs: from (\S+) -->$/.exec(lines[index - 1] ?? '') ?? []
    blocks.push({
      from,
      file,
      line: start + 1,
      language,
      code: lines.slice(start, end).join('\n'),
      given: given === '' ? [] : given.split(', '),
    })
    index = end
  }
  return blocks
}

/** A command of a shell, and the variables that it sets. */
export interface Command {
  readonly variables: readonly string[]
  readonly words: readonly string[]
}

/** The commands of a script, those within parentheses and `$(...)` too. It knows no text with blanks in quotes. */
export function commandsOf(script: string): Command[] {
  const bare = script.replace(/(^|\s)#.*$/gm, '').replaceAll('"', '')
  return bare.split(/\$\(|[;&|()\n]/).map(part => {
    const words = part.match(/\S+/g)?.filter(word => word !== 'export') ?? []
    const end = words.findIndex(word => !/^\w+=/.test(word))
    const count = end === -1 ? words.length : end
    return {
      variables: words.slice(0, count).map(word => word.replace(/=.*/, '')),
      words: words.slice(count),
    }
  })
}

/** The members of an interface or a record, by name: a file of ours, as biome formats it. */
export async function membersOf(path: string, declaration: string): Promise<string[]> {
  const source = await readFile(join(root, path), 'utf8')
  const start = source.indexOf(declaration)
  const end = source.indexOf('\n}', start)
  if (start === -1) {
    throw new Error(`${path} has no ${declaration}`)
  }
  return [...source.slice(start, end).matchAll(/^ {2}(\w+)\??[:(]/gm)].map(([, name = '']) => name)
}

/** What the reader has, or an earlier block made: declarations of one line. The name is the first word. */
const preludes: Readonly<Record<string, string>> = {
  accessToken: 'declare const accessToken: string',
  'app of Fastify': "declare const app: import('fastify').FastifyInstance",
  'app of Express': "declare const app: import('express').Express",
  'auth of Express': "declare const auth: import('@tokenratchet/express').Tokenratchet",
  body: 'declare const body: string',
  buildApp:
    "declare function buildApp(options: { now: () => number }): Promise<import('fastify').FastifyInstance>",
  changePassword: 'declare function changePassword(subject: string, body: unknown): Promise<void>',
  'checkPassword that may find nobody':
    'declare function checkPassword(body: unknown): Promise<{ id: number; name: string; role: string } | undefined>',
  checkPassword: 'declare function checkPassword(body: unknown): Promise<{ id: string; role: string }>',
  credentialsOf: 'declare function credentialsOf(body: unknown, minLength: number): object',
  counter: 'declare const counter: { inc(labels: Record<string, string>): void }',
  deleteUser: 'declare function deleteUser(id: string): Promise<void>',
  express: "import express from 'express'",
  findUser:
    "declare function findUser(id: string): Promise<{ isDisabled: boolean; role: 'admin' | 'member' } | undefined>",
  headers: 'declare const headers: Record<string, string>',
  keychain: 'declare const keychain: { get(): Promise<string>; set(token: string): Promise<void> }',
  'limited of Fastify': "declare const limited: import('fastify').onRequestHookHandler",
  limited: "declare const limited: import('express').RequestHandler",
  name: 'declare const name: string',
  nodes: 'declare const nodes: { host: string; port: number }[]',
  password: 'declare const password: string',
  redisStore: "import { redisStore } from '@tokenratchet/redis'",
  request: "declare const request: import('fastify').FastifyRequest",
  secret: 'declare const secret: string',
  sentinels: 'declare const sentinels: { host: string; port: number }[]',
  serve: 'declare function serve(socket: object, claims: object): void',
  showLogin: 'declare function showLogin(): void',
  sid: 'declare const sid: string',
  sockets:
    "declare const sockets: { handleUpgrade(request: import('node:http').IncomingMessage, socket: import('node:stream').Duplex, head: Buffer, done: (socket: object) => void): void }",
  sleep: "import { setTimeout as sleep } from 'node:timers/promises'",
  store: "declare const store: import('@tokenratchet/core').Store",
  strategy: "declare const strategy: import('passport').Strategy",
  supertest:
    'declare function supertest(app: object): { get(path: string): { set(headers: object): { expect(status: number): Promise<void> } } }',
  test: 'declare function test(name: string, run: () => void | Promise<void>): void',
  'tokenratchet of Express': "import tokenratchet from '@tokenratchet/express'",
  'tokenratchet of Fastify': "import tokenratchet from '@tokenratchet/fastify'",
  userId: 'declare const userId: string',
  users: 'declare const users: { signIn(credentials: object): Promise<{ id: string; email: string }> }',
}

/** Given what no prelude has, or what the block does not use: a directive that says something wrong. */
export function wrongGiven({ given, code }: Block): string[] {
  return given.filter(each => preludes[each] === undefined || !new RegExp(`\\b${nameIn(each)}\\b`).test(code))
}

const nameIn = (given: string): string => given.split(' ')[0] ?? ''

const compilerOptions = {
  target: 'es2022',
  lib: ['es2023', 'dom', 'dom.iterable'],
  module: 'nodenext',
  strict: true,
  // Most of it is JavaScript: what a compiler can't infer there, nobody has to write down.
  noImplicitAny: false,
  noEmit: true,
  skipLibCheck: true,
  experimentalDecorators: true,
  types: ['node'],
}

/**
 * Type-checks blocks of JavaScript and TypeScript, each as a module of its own, in the lines that it has in its document.
 * A block that adds to the types of others is a program of its own: what it declares is global to it.
 *
 * @returns the errors, with the lines of the documents
 */
export async function compileBlocks(blocks: readonly Block[]): Promise<string[]> {
  const folder = await mkdtemp(join(root, 'test/.docs-'))
  try {
    const alone = blocks.filter(({ code }) => /^declare (module|global)/m.test(code))
    const programs = [blocks.filter(block => !alone.includes(block)), ...alone.map(block => [block])]
    const projects = await Promise.all(
      programs.map((program, index) => writeProject(join(folder, `${index}`), program, index === 0)),
    )
    const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'lib/tsc.js')
    const build = [tsc, '--build', ...projects, '--pretty', 'false']
    const output = await promisify(execFile)(process.execPath, build, { cwd: folder }).then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
    )
    const errors = output.split('\n').filter(line => /error TS/.test(line))
    return errors.map(line =>
      line.replace(/^.*?([^/]+)~\d+\.ts\((\d+),\d+\): error /, (_, name, at) => {
        return `${name.replaceAll('~', '/')}:${at} `
      }),
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** @param isCommon `request.user` is typed, by the entries for that */
async function writeProject(folder: string, blocks: readonly Block[], isCommon: boolean): Promise<string> {
  await mkdir(folder)
  for (const block of blocks) {
    // What is given shares the line of the fence.
    const given = block.given.map(each => preludes[each] ?? '').join(';')
    const source = `${'\n'.repeat(block.line - 2)}export {};${given}\n${block.code}\n`
    await writeFile(join(folder, `${block.file.replaceAll('/', '~')}~${block.line}.ts`), source)
  }
  const user = isCommon ? "import '@tokenratchet/fastify/user'\nimport '@tokenratchet/express/user'\n" : ''
  await writeFile(join(folder, 'user.ts'), `${user}export {}\n`)
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  return folder
}

/**
 * Runs a block as the module that it is.
 *
 * @param given what it does not declare itself, by name
 * @param change of what can't stay in a test, such as a port
 * @returns the names that it declares and the test wants
 */
export async function runBlock(
  { code, file, line }: Block,
  given: Readonly<Record<string, unknown>>,
  wanted: readonly string[] = [],
  change: (code: string) => string = code => code,
  // biome-ignore lint/suspicious/noExplicitAny: whatever a document declares
): Promise<any> {
  const changed = change(code)
  const names = `const { ${Object.keys(given).join(', ')} } = globalThis.docs\n`
  const source = `${names}${changed}\nexport { ${wanted.join(', ')} }\n`
  const tsconfigRaw = { compilerOptions: { experimentalDecorators: true } }
  const built = await transform(source, { loader: 'ts', format: 'esm', target: 'es2022', tsconfigRaw })
  const folder = await mkdtemp(join(root, 'test/.docs-'))
  try {
    const path = join(folder, `${file.replaceAll('/', '~')}~${line}.mjs`)
    await writeFile(path, built.code)
    Object.assign(globalThis, { docs: given })
    return await import(pathToFileURL(path).href)
  } finally {
    await rm(folder, { recursive: true })
  }
}
