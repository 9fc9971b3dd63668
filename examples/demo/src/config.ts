// What the demo reads from its command line and its environment.
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'

export type Config = ReturnType<typeof readConfig>
export type Framework = 'fastify' | 'express'

/** @throws Error that names the flag or the variable that is wrong */
export function readConfig(args: string[]) {
  const { values: flags } = parseArgs({
    args,
    options: {
      fastify: { type: 'boolean' },
      express: { type: 'boolean' },
      verbose: { type: 'boolean' },
    },
  })
  if (flags.fastify && flags.express) {
    throw new Error('Choose one framework: --fastify or --express, not both')
  }
  if (process.env.NODE_ENV === 'production') {
    throw new Error('The demo shows how tokens are stolen. It does not start with NODE_ENV=production')
  }
  const framework: Framework = flags.express ? 'express' : 'fastify'
  return {
    framework,
    host: read('HOST') ?? '127.0.0.1',
    port: Number(read('PORT', 'a port number from 0 to 65535', isPort) ?? 3000),
    logLevel: flags.verbose
      ? 'info'
      : (read('LOG_LEVEL', 'error, warn, info or debug', isLogLevel) ?? 'warn'),
    tokens: {
      secret: randomBytes(32).toString('base64url'),
      // Short, so that you see tokens expire.
      accessTokenLifetime: duration('ACCESS_TOKEN_LIFETIME') ?? '1m',
      recoveryWindow: duration('RECOVERY_WINDOW'),
      // Browsers then also send the cookies over plain HTTP.
      cookie: { secure: false },
    },
  }
}

/** An empty value counts as missing. */
function read(name: string, expected = '', isValid = (_value: string): boolean => true): string | undefined {
  const value = process.env[name] || undefined
  if (value !== undefined && !isValid(value)) {
    throw new Error(`${name} must be ${expected}`)
  }
  return value
}

/** Digits are seconds. Tokenratchet checks other values, such as `15m`. */
function duration(name: string): string | number | undefined {
  const value = read(name)
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : value
}

const isPort = (value: string) => /^\d{1,5}$/.test(value) && Number(value) <= 65535
const isLogLevel = (value: string) => /^(error|warn|info|debug|silent)$/.test(value)
