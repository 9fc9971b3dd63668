import type { StoredSession } from './store/store.js'
import { tagOf } from './subject.js'

/** A session as the application sees it: no credential can be made from it. Times are the store's. */
export interface Session<C extends object = object> {
  readonly sid: string
  readonly subject: string
  /** The application's claims, as given at login. */
  readonly claims: C
  /** As granted at login. */
  readonly scope?: string
  /** Of the user agent at login, such as `Firefox on Linux`. */
  readonly device?: string
  /** Where the login came from, as the application said. */
  readonly ip?: string
  readonly createdAt: Date
  /** Time of the login or of the last rotation. */
  readonly usedAt: Date
  /** When the session ends unless it is used before. */
  readonly idleUntil: Date
  /** When the session ends in any case. */
  readonly absoluteUntil: Date
}

/** What the store keeps for us without looking at it. */
interface Data extends Pick<Session, 'subject' | 'claims'> {
  readonly scope: string | undefined
  readonly device: string | undefined
  readonly ip: string | undefined
}

/** Short, as there are many: members by their places, those at the end left out when there is nothing to say. */
export function writeData({ subject, claims, scope, device, ip }: Data): string {
  const members: unknown[] = [subject, claims, scope, device, ip]
  const length = members.findLastIndex(member => member !== undefined) + 1
  return JSON.stringify(members.slice(0, length).map(member => member ?? null))
}

/**
 * Throws when the data of a record is not what `writeData` wrote, or is of another subject than was asked for: whoever
 * can write to the store does not become anybody they like.
 *
 * @param tag of the subject, by a refresh token that vouches for it or by the caller; not by the store
 */
export function publicSession<C extends object>(session: StoredSession, tag: string): Session<C> {
  const [subject, claims, scope, device, ip] = JSON.parse(session.data) as [string, C, ...(string | null)[]]
  if (tagOf(subject) !== tag) {
    throw new Error('a session record is of another subject')
  }
  return {
    sid: session.sid,
    subject,
    claims,
    ...(typeof scope === 'string' && { scope }),
    ...(typeof device === 'string' && { device }),
    ...(typeof ip === 'string' && { ip }),
    createdAt: new Date(session.createdAt),
    usedAt: new Date(session.usedAt),
    idleUntil: new Date(session.idleUntil),
    absoluteUntil: new Date(session.absoluteUntil),
  }
}

/** Whole seconds until the session ends unless it is used; both times are the store's. */
export function secondsLeft({ idleUntil }: StoredSession, now: number): number {
  return Math.floor((idleUntil - now) / 1000)
}
