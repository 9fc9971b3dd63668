// Reads the environment, and the file .env for variables that the environment lacks.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export type Config = ReturnType<typeof readConfig>

/** @throws Error that names the first variable that is wrong */
export function readConfig() {
  const file = fileURLToPath(new URL('../.env', import.meta.url))
  if (existsSync(file)) {
    process.loadEnvFile(file)
  }
  const secrets = read('TOKEN_SECRET')?.split(',')
  return {
    host: read('HOST') ?? '127.0.0.1',
    port: Number(read('PORT', 'a port number from 0 to 65535', isPort) ?? 3000),
    databaseFile: read('DATABASE_FILE') ?? fileURLToPath(new URL('../app.db', import.meta.url)),
    redisUrl: read('REDIS_URL', 'an address such as redis://127.0.0.1:6379', isRedisUrl),
    signInLimit: Number(read('SIGN_IN_LIMIT', 'a whole number from 1', isCount) ?? 20),
    trustProxy: read('TRUST_PROXY', 'addresses such as loopback, 10.0.0.0/8', areAddresses) ?? false,
    logLevel: read('LOG_LEVEL', 'error, warn, info or debug', isLogLevel) ?? 'info',
    hasSecret: secrets !== undefined,
    tokens: {
      // The first secret and the first key sign, all of them verify: this way you change them while sessions go on.
      secret: secrets?.map(secret => secret.trim()) ?? randomBytes(32).toString('base64url'),
      signingKeys: read('SIGNING_KEY')
        ?.replaceAll('\\n', '\n')
        .split(/\s+(?=-----BEGIN)/),
      issuer: read('ISSUER'),
      audience: read('AUDIENCE'),
      // Without `secure`, browsers also send the cookies over plain HTTP, which development needs.
      cookie: { secure: process.env.NODE_ENV === 'production' },
    },
  }
}

/** An empty value counts as missing. A message never repeats the value, which may be a secret. */
function read(name: string, expected = '', isValid = (_value: string): boolean => true): string | undefined {
  const value = process.env[name] || undefined
  if (value !== undefined && !isValid(value)) {
    throw new Error(`${name} must be ${expected}`)
  }
  return value
}

const isPort = (value: string) => /^\d{1,5}$/.test(value) && Number(value) <= 65535
const isCount = (value: string) => /^[1-9]\d{0,8}$/.test(value)
const isLogLevel = (value: string) => /^(error|warn|info|debug|silent)$/.test(value)
const areAddresses = (value: string) =>
  /^((loopback|[\da-f]*[.:][\da-f.:]*(\/[1-9]\d{0,2})?)(, *|$))+$/i.test(value)
const isRedisUrl = (value: string) =>
  /^rediss?:\/\/([^/%]|%[\da-f]{2})+(\/\d*)?(\?.*)?$/i.test(value) && URL.canParse(value)
