import type { RunningApp } from './app.js'
import type { World } from './rule.js'

interface AccessTokens {
  /** Of `ada`, as `expired`. */
  readonly good: string
  readonly expired: string
  /** Of `grace`. */
  readonly revoked: string
}

/** An application, and access tokens of it in each state that they can be in. */
export async function startWithTokens(world: World): Promise<{ app: RunningApp; tokens: AccessTokens }> {
  const app = await world.start()
  const expired = await accessToken(app, 'ada')
  world.clock.advance('11m')
  const good = await accessToken(app, 'ada')
  const revoked = await accessToken(app, 'grace')
  await app.tokens.revoke({ token: revoked })
  world.events.length = 0
  return { app, tokens: { good, expired, revoked } }
}

export async function accessToken({ tokens }: RunningApp, subject: string): Promise<string> {
  return (await tokens.issue({ subject, transport: 'body' })).accessToken
}
