// Everything the app takes from its environment, checked before anything starts.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { TokenratchetOptions } from '@tokenratchet/fastify'

export interface Config {
  host: string
  port: number
  databaseFile: string
  /** Without it, sessions live in the memory of this process. */
  redisUrl: string | undefined
  /** Proxies in front of the app, which tell it the address of the client. */
  trustProxy: string[]
  /** Attempts to sign in or up, for each address and minute. */
  signInLimit: number
  /** The secret was made up for this run. */
  temporarySecret: boolean
  /** Whether the routes under `/demo` are there. */
  demo: boolean
  /** Whether `/metrics` is there. */
  metrics: boolean
  /** Options of Tokenratchet, which checks them itself. */
  tokens: TokenratchetOptions
}

/**
 * Reads the environment, and `.env` beside the app for what the environment leaves out. `demo` is a flag of the command
 * line: a variable could be left behind in an `.env` that goes to production.
 */
export function readConfig(demo = false): Config {
  const file = besideTheApp('.env')
  if (existsSync(file)) {
    process.loadEnvFile(file)
  }
  if (demo && process.env.NODE_ENV === 'production') {
    throw new Error('--demo shows how tokens are stolen, and is not for NODE_ENV=production')
  }
  // Without the blanks and line ends that lists and files of secrets come with.
  const secrets = variable('TOKEN_SECRET')
    ?.split(',')
    .map(secret => secret.trim())
  const signingKeys = pemRing('SIGNING_KEY')
  const issuer = variable('ISSUER')
  const audience = variable('AUDIENCE')
  const accessTokenLifetime = duration('ACCESS_TOKEN_LIFETIME') ?? (demo ? '1m' : undefined)
  const recoveryWindow = duration('RECOVERY_WINDOW')
  return {
    host: variable('HOST') ?? '127.0.0.1',
    port: port('PORT') ?? 3000,
    databaseFile: variable('DATABASE_FILE') ?? besideTheApp('example.db'),
    redisUrl: redisUrl('REDIS_URL'),
    trustProxy: addresses('TRUST_PROXY') ?? [],
    signInLimit: wholeNumber('SIGN_IN_LIMIT', 1) ?? 20,
    temporarySecret: secrets === undefined,
    demo,
    metrics: flag('METRICS') ?? false,
    tokens: {
      // The first signs, all verify: so a secret is changed while sessions go on.
      secret: secrets ?? randomBytes(32).toString('base64url'),
      ...(signingKeys !== undefined && { signingKeys }),
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
      ...(accessTokenLifetime !== undefined && { accessTokenLifetime }),
      ...(recoveryWindow !== undefined && { recoveryWindow }),
      cookie: { secure: flag('COOKIE_SECURE') ?? process.env.NODE_ENV === 'production' },
    },
  }
}

/** Whatever the working directory is: this file runs from `dist/`. */
function besideTheApp(name: string): string {
  return fileURLToPath(new URL(`../${name}`, import.meta.url))
}

/** Empty counts as absent, so that lines of `.env` may stay empty. */
function variable(name: string): string | undefined {
  return process.env[name] || undefined
}

/** PEM, one key after another: the first signs, all verify. The message repeats nothing of it. */
function pemRing(name: string): string[] | undefined {
  // Where a variable is a single line, its line breaks are usually written so.
  const text = variable(name)?.replaceAll('\\n', '\n')
  const block = /-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g
  const keys = text?.match(block)
  if (text !== undefined && (!keys || text.replace(block, '').trim() !== '')) {
    throw new Error(`${name} must be a private key in PEM, or several, of which the first signs`)
  }
  return keys ?? undefined
}

function port(name: string): number | undefined {
  const text = variable(name)
  if (text !== undefined && !(/^\d{1,5}$/.test(text) && Number(text) <= 65535)) {
    throw new Error(`${name} must be a port number from 0 to 65535`)
  }
  return text === undefined ? undefined : Number(text)
}

/** Of hosts, of networks such as `10.0.0.0/8`, or names of networks that both frameworks know. */
function addresses(name: string): string[] | undefined {
  const list = variable(name)
    ?.split(',')
    .map(address => address.trim())
  const isAddress = (text: string) => {
    const [address = '', bits = '1', ...rest] = text.split('/')
    const most = isIP(address) === 4 ? 32 : 128
    // A network of all addresses would believe everybody.
    return isIP(address) !== 0 && /^\d{1,3}$/.test(bits) && +bits > 0 && +bits <= most && rest.length === 0
  }
  if (list?.some(text => !isAddress(text) && !/^(loopback|linklocal|uniquelocal)$/.test(text))) {
    throw new Error(`${name} must be addresses of proxies, such as loopback or 10.0.0.0/8`)
  }
  return list
}

function wholeNumber(name: string, least: number): number | undefined {
  const text = variable(name)
  if (text !== undefined && !(/^\d{1,9}$/.test(text) && Number(text) >= least)) {
    throw new Error(`${name} must be a whole number from ${least} up`)
  }
  return text === undefined ? undefined : Number(text)
}

/** The address may hold a password: the message doesn't repeat it. */
function redisUrl(name: string): string | undefined {
  const text = variable(name)
  if (text !== undefined && !isRedisUrl(text)) {
    throw new Error(`${name} must be an address such as redis://127.0.0.1:6379, or rediss:// for TLS`)
  }
  return text
}

/** With a host, and after it nothing but the number of a database and options of ioredis. */
function isRedisUrl(text: string): boolean {
  try {
    // ioredis will do that to the password.
    decodeURIComponent(text)
  } catch {
    return false
  }
  return /^rediss?:\/\/[^/]+(\/\d*)?(\?.*)?$/.test(text) && URL.canParse(text)
}

function flag(name: string): boolean | undefined {
  const text = variable(name)
  if (text !== undefined && text !== 'true' && text !== 'false') {
    throw new Error(`${name} must be true or false`)
  }
  return text === undefined ? undefined : text === 'true'
}

/** Digits are whole seconds; other text, such as `15m`, is for Tokenratchet to judge. */
function duration(name: string): string | number | undefined {
  const text = variable(name)
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : text
}
