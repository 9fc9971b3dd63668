import type { Context } from '../../context.js'
import { decodeRefreshToken } from '../../refresh-token/token.js'
import { readClaims } from '../../verbs/verdict.js'
import type { SentTokens } from '../response/cookie.js'

/** The tokens of a request's cookies that count. */
export interface Choice {
  readonly accessToken: string | undefined
  readonly refreshToken: string | undefined
  /** Whether a token is missing because several cookies of one name came and we cannot tell which is the user's. */
  readonly isRefused: boolean
}

/** The maximum number of different cookies of one name that we verify. */
const maxVerified = 16

/** Whether few enough cookies came. A header full of cookies must not cost a thousand signature checks. */
export function isVerifiable({ access, refresh }: SentTokens): boolean {
  return access.length <= maxVerified && refresh.length <= maxVerified
}

/**
 * Chooses the tokens that count if at least one name came more than once. Such cookies come from a browser that ignores
 * the `__Host-` prefix: another host of the domain has planted some of them.
 *
 * Tokens that we did not sign are ignored, so that planted garbage logs nobody out. All genuine tokens, of both names,
 * must belong to one session; then the newest of each name counts. If they belong to several sessions, none counts: one
 * of the sessions may be the attacker's, and the user must not act in it. Expired and revoked tokens are genuine here,
 * so that a valid token of the attacker never replaces an expired or revoked one of the user.
 */
export function choose(context: Context, sent: SentTokens): Choice {
  if (!isVerifiable(sent)) {
    return none
  }
  const access = sent.access.flatMap(token => ofAccessToken(context, token))
  const refresh = sent.refresh.flatMap(token => ofRefreshToken(context, token))
  const sessions = new Set([...access, ...refresh].map(({ sid }) => sid))
  if (sessions.size > 1) {
    return none
  }
  const accessToken = oneOf(sent.access, access)
  const refreshToken = oneOf(sent.refresh, refresh)
  const isRefused = isLost(sent.access, accessToken) || isLost(sent.refresh, refreshToken)
  return { accessToken, refreshToken, isRefused }
}

const none: Choice = { accessToken: undefined, refreshToken: undefined, isRefused: true }

interface Genuine {
  readonly token: string
  readonly sid: string
  /** Larger in a newer token of the session. */
  readonly order: number
}

function ofAccessToken(context: Context, token: string): Genuine[] {
  const claims = readClaims(context, token)
  return claims === undefined ? [] : [{ token, sid: claims.sid, order: claims.iat }]
}

/** A refresh token of a body session is invalid in a cookie, so it is not a candidate. */
function ofRefreshToken({ refreshRing }: Context, token: string): Genuine[] {
  const found = decodeRefreshToken(refreshRing, token)
  return found?.transport === 'cookie' ? [{ token, sid: found.sid, order: found.generation }] : []
}

/** Returns the newest genuine token. A cookie that came alone counts as it is: it is verified later. */
function oneOf(sent: readonly string[], genuine: readonly Genuine[]): string | undefined {
  return sent.length > 1 ? newest(genuine)?.token : sent[0] || undefined
}

function newest([first, ...others]: readonly Genuine[]): Genuine | undefined {
  return others.reduce((best, each) => (best === undefined || each.order > best.order ? each : best), first)
}

function isLost(sent: readonly string[], token: string | undefined): boolean {
  return sent.length > 1 && token === undefined
}
