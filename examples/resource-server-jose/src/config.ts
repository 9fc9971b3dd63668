// Everything the server takes from its environment, checked before anything starts.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Config {
  host: string
  port: number
  /** What `iss` and `aud` of a token must be. */
  issuer: string
  audience: string
  /** Where the public keys of the issuer are. */
  jwksUrl: URL
  /** Seconds between two fetches of the keys for tokens of a key that is unknown. */
  jwksCooldown: number
}

/** Reads the environment, and `.env` beside the app for what the environment leaves out. */
export function readConfig(): Config {
  const file = fileURLToPath(new URL('../.env', import.meta.url))
  if (existsSync(file)) {
    process.loadEnvFile(file)
  }
  // Required: without the two, tokens that were made for others would be taken too.
  const issuer = required('ISSUER')
  const audience = required('AUDIENCE')
  return {
    host: variable('HOST') ?? '127.0.0.1',
    port: wholeNumber('PORT', 65535) ?? 3001,
    issuer,
    audience,
    jwksUrl: address(
      'JWKS_URL',
      variable('JWKS_URL') ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`,
    ),
    jwksCooldown: wholeNumber('JWKS_COOLDOWN', 3600) ?? 30,
  }
}

/** Empty counts as absent, so that lines of `.env` may stay empty. */
function variable(name: string): string | undefined {
  return process.env[name] || undefined
}

function required(name: string): string {
  const text = variable(name)
  if (text === undefined) {
    throw new Error(`${name} is required: the same as in the app that signs the tokens`)
  }
  return text
}

function wholeNumber(name: string, largest: number): number | undefined {
  const text = variable(name)
  if (text !== undefined && !(/^\d{1,5}$/.test(text) && Number(text) <= largest)) {
    throw new Error(`${name} must be a whole number from 0 to ${largest}`)
  }
  return text === undefined ? undefined : Number(text)
}

function address(name: string, text: string): URL {
  if (!/^https?:/.test(text) || !URL.canParse(text)) {
    throw new Error(`${name} must be an address of http or https; without it, ISSUER must be one`)
  }
  return new URL(text)
}
