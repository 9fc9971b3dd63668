// For `--demo`: what shows on the page how Tokenratchet decides. It plays a thief, so it is no part of an app of yours.
import { createTokens, memoryStore } from '@tokenratchet/core'
import type { Config } from './config.js'
import { type Thieves, thieves } from './demo-thief.js'
import { type Watch, watch } from './demo-watch.js'

/** Of the claims that the guard has found. */
export interface Visitor {
  sub: string
  sid: string
  email: string
}

export interface Demo {
  /** `Set-Cookie` of an access token that was good an hour ago. */
  expiredCookie(visitor: Visitor): Promise<string>
  thieves: Thieves
  watch: Watch
}

const anHour = 3_600_000

export function createDemo(options: Config['tokens']): Demo {
  const { secret, signingKeys, issuer, audience, cookie } = options
  const prefix = cookie?.secure === false ? '' : '__Host-'
  const attributes = `Path=/; HttpOnly; SameSite=Lax${prefix && '; Secure'}; Priority=High`
  const watched = watch()
  return {
    async expiredCookie({ sub, email }) {
      const now = () => Date.now() - anHour
      // Genuine but for the time: signed by the same key, from a store that nobody else knows.
      const tokens = createTokens({
        secret,
        signingKeys,
        issuer,
        audience,
        accessTokenLifetime: '1m',
        store: memoryStore({ now }),
        now,
      })
      const { accessToken, sid } = await tokens.issue({ subject: sub, claims: { email } })
      await tokens.close()
      watched.own(sid, sub)
      return `${prefix}access_token=${accessToken}; ${attributes}`
    },
    thieves: thieves([`${prefix}access_token`, `${prefix}refresh_token`], watched),
    watch: watched,
  }
}
