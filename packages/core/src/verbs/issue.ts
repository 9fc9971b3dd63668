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

/** A login: who, and what their access tokens say. */
export type Grant<C extends object = object> = {
  /** Well-formed text of 1 to 255 bytes. */
  subject: string
  /** Names with single blanks between them (RFC 6749 section 3.3); a refresh may ask for fewer, never for more. */
  scope?: string | undefined
  /** The User-Agent header of the login, from which its sessions list shows a device. The plugins fill it in. */
  userAgent?: string | undefined
  /**
   * Where the login comes from, for the list of sessions: behind a proxy only the application knows. What is no address,
   * as a header of a proxy may be, is left out.
   */
  ip?: string | undefined
  /** How the tokens will travel; a refresh token of one transport is refused on the other. Default `cookie`. */
  transport?: Transport | undefined
  /** The refresh token that came with the login, if any: its session ends (ASVS 7.2.4). */
  replaces?: string | undefined
} & (object extends C ? { claims?: C | undefined } : { claims: C })

const names = ['subject', 'claims', 'scope', 'userAgent', 'ip', 'transport', 'replaces'] as const

/**
 * Begins a session. The access token is signed first: claims that do not fit leave everything as it was.
 *
 * @param replaces refresh tokens that came with the login: their sessions end
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
    // Somebody else's: a step of its own. Before the login, which would leave a session behind if this failed after it.
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

/** Each session once, though several tokens of it came. */
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

/** A grant after the check. */
export interface CheckedGrant {
  readonly subject: string
  readonly claims: object
  readonly scope: string | undefined
  readonly device: string | undefined
  readonly ip: string | undefined
  readonly transport: Transport
  readonly replaces: string | undefined
}

/** What a grant says by default. */
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
