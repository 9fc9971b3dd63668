import { isIP } from 'node:net'
import { checkClaims } from '../access-token/claims.js'
import type { Context } from '../context.js'
import {
  checkTransport,
  decodeRefreshToken,
  encodeRefreshToken,
  newHandle,
  type Transport,
} from '../refresh-token/token.js'
import { secondsLeft, writeData } from '../sessions/session.js'
import type { NewSession, SessionRef } from '../store/store.js'
import { checkMembers, checkString } from '../values/check.js'
import { deviceOf } from '../values/device.js'
import { checkScope } from '../values/scope.js'
import { checkSubject, hashSubject } from '../values/subject.js'
import { type Issued, mintAccessToken } from './mint.js'
import { endSession } from './revoke.js'

/**
 * A login: who logs in, and the claims of their access tokens.
 *
 * @example
 * await tokens.issue({ subject: 'ada', claims: { role: 'admin' }, scope: 'read write', userAgent, ip })
 */
export type Grant<C extends object = object> = {
  /** The id of the user: well-formed text of 1 to 255 bytes. */
  subject: string
  /** Names separated by single spaces (RFC 6749 section 3.3). A refresh may ask for fewer names, never for more. */
  scope?: string | undefined
  /**
   * The User-Agent header of the login. The list of sessions shows the device that it names. The plugins fill it in.
   */
  userAgent?: string | undefined
  /**
   * The IP address of the login, for the list of sessions. Behind a proxy only the application knows it. A value that
   * is not an IP address, as a header of a proxy may be, is left out.
   */
  ip?: string | undefined
  /** How the tokens travel. A refresh token of one transport is refused on the other. Default: `cookie`. */
  transport?: Transport | undefined
  /** The refresh token that came with the login request, if any. Its session is ended (ASVS 7.2.4). */
  replaces?: string | undefined
} & (object extends C ? { claims?: C | undefined } : { claims: C })

const names = ['subject', 'claims', 'scope', 'userAgent', 'ip', 'transport', 'replaces'] as const

/**
 * Begins a session. The access token is signed first, so claims that do not fit change nothing.
 *
 * @param replaces refresh tokens that came with the login: their sessions are ended
 * @throws TypeError for claims that do not fit into an access token
 * @throws StoreUnavailableError
 */
export async function issue(
  context: Context,
  grant: CheckedGrant,
  replaces: readonly string[],
): Promise<Issued> {
  const { settings, revocations, emit } = context
  const { subject, claims, scope, device, ip, transport } = grant
  const subjectHash = hashSubject(subject)
  const { handle, sid } = newHandle()
  const { idleTimeout, sessionLifetime: lifetime } = settings
  const now = settings.now()
  const sessionEnds = now + idleTimeout * 1000
  const access = mintAccessToken(context, { subject, sid, claims, scope, transport, now, sessionEnds })
  const presented = sessionsOf(context, replaces)
  const replaced = presented.find(each => each.subjectHash === subjectHash)
  for (const each of presented) {
    // A session of another subject needs a step of its own. It comes before the login: if it failed after the login,
    // the new session would be left behind.
    if (each !== replaced) {
      await endSession(context, each, 'replaced')
    }
  }

  const session = {
    subjectHash,
    sid,
    idleTimeout,
    lifetime,
    data: writeData({ subject, claims, scope, device, ip }),
  }
  const creation = await create(context, session, replaced)
  const { session: stored, now: storeNow } = creation
  if (replaced !== undefined) {
    revocations.add(replaced)
    if (creation.replaced) {
      emit({ type: 'revoked', reason: 'replaced', sid: replaced.sid, subject })
    }
  }
  for (const each of creation.evicted) {
    revocations.add(each, 'evicted')
    emit({ type: 'evicted', sid: each.sid, subject })
  }
  emit({ type: 'issued', sid, subject, transport })
  return {
    ...access,
    refreshToken: encodeRefreshToken(context.refreshRing, {
      transport,
      subjectHash,
      handle,
      generation: stored.generation,
    }),
    refreshExpiresIn: secondsLeft(stored, storeNow),
    sid,
  }
}

/** The sessions of the tokens, each once even if several of its tokens came. */
function sessionsOf({ refreshRing }: Context, texts: readonly string[]): SessionRef[] {
  const tokens = texts.flatMap(text => decodeRefreshToken(refreshRing, text) ?? [])
  return [...new Map(tokens.map(({ subjectHash, sid }) => [sid, { subjectHash, sid }])).values()]
}

async function create(context: Context, session: NewSession, replaced: SessionRef | undefined) {
  const { keepFor, settings } = context
  const rules = {
    perSubject: settings.sessionsPerSubject,
    keepFor,
    ...(replaced !== undefined && { replaces: { subjectHash: replaced.subjectHash, sid: replaced.sid } }),
  }
  return context.store.create(session, rules)
}

/** A grant after it was checked. */
export interface CheckedGrant {
  readonly subject: string
  readonly claims: object
  readonly scope: string | undefined
  readonly device: string | undefined
  readonly ip: string | undefined
  readonly transport: Transport
  readonly replaces: string | undefined
}

/** The defaults of a grant. */
interface GrantDefaults {
  readonly transport: Transport
  readonly userAgent?: string | undefined
}

/**
 * Checks a grant, and reads each of its members once.
 *
 * @throws TypeError that names the member
 */
export function checkGrant(grant: unknown, defaults: GrantDefaults = { transport: 'cookie' }): CheckedGrant {
  const members = checkMembers('a grant', grant, names)
  const { subject, claims = {}, scope, ip, replaces } = members
  const { userAgent = defaults.userAgent, transport = defaults.transport } = members
  const address = checkString('ip', ip)
  return {
    subject: checkSubject(subject),
    claims: checkClaims(claims),
    scope: scope === undefined ? undefined : checkScope(scope),
    device: deviceOf(checkString('userAgent', userAgent)),
    ip: isIP(address ?? '') === 0 ? undefined : address,
    transport: checkTransport(transport),
    replaces: checkString('replaces', replaces),
  }
}
