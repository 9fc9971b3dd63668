// What both frameworks share: everything but HTTP.
import { createTokens, memoryStore, type TokenEvent } from '@tokenratchet/core'
import { type Logger, pino } from 'pino'
import type { Config } from './config.js'
import { createMetrics } from './metrics.js'
import { type Thieves, thieves } from './thief.js'
import { createUsers, type Users } from './users.js'
import { type Watch, watch } from './watch.js'

/** The claims that a guarded route finds in the access token. */
export interface Visitor {
  sub: string
  sid: string
  email: string
}

export interface Demo {
  tokens: Config['tokens']
  log: Logger
  users: Users
  thieves: Thieves
  metrics: ReturnType<typeof createMetrics>
  watch: Watch
  /** For Tokenratchet. */
  onEvent(event: TokenEvent): void
  /** A `Set-Cookie` header with an access token that expired an hour ago. */
  expiredCookie(visitor: Visitor): Promise<string>
}

const anHour = 3_600_000

export function createDemo({ tokens, logLevel }: Config): Demo {
  const log = pino({ level: logLevel })
  const watched = watch()
  const metrics = createMetrics()
  return {
    tokens,
    log,
    users: createUsers(),
    thieves: thieves(['access_token', 'refresh_token'], watched),
    watch: watched,
    metrics,
    onEvent(event) {
      const { type, ...details } = event
      log.info({ event: type, ...details }, 'message' in event ? event.message : `Tokenratchet: ${type}`)
      metrics.count(event)
      watched.onEvent(event)
    },
    async expiredCookie({ sub, email }) {
      const now = () => Date.now() - anHour
      // A genuine token of an hour ago: the same secret, but a store of its own.
      const past = createTokens({
        secret: tokens.secret,
        accessTokenLifetime: '1m',
        store: memoryStore({ now }),
        now,
      })
      const { accessToken, sid } = await past.issue({ subject: sub, claims: { email } })
      await past.close()
      watched.own(sid, sub)
      return `access_token=${accessToken}; Path=/; HttpOnly; SameSite=Lax; Priority=High`
    },
  }
}
