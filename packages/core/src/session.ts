import type { StoredSession } from './store/store.js'

/** A session as the application sees it: no credential can be made from it. Times are the store's. */
export interface Session<C extends object = object> {
  readonly sid: string
  readonly subject: string
  /** The application's claims, as given at login. */
  readonly claims: C
  /** As granted at login. */
  readonly scope?: string
  readonly createdAt: Date
  /** Time of the login or of the last rotation. */
  readonly usedAt: Date
  /** When the session ends unless it is used before. */
  readonly idleUntil: Date
  /** When the session ends in any case. */
  readonly absoluteUntil: Date
}

/** What the store keeps for us without looking at it. */
export function writeData({ subject, claims, scope }: Pick<Session, 'subject' | 'claims' | 'scope'>): string {
  return JSON.stringify(scope === undefined ? [subject, claims] : [subject, claims, scope])
}

/** Throws when the data of a record is not what `writeData` wrote. */
export function publicSession<C extends object>(session: StoredSession): Session<C> {
  const [subject, claims, scope] = JSON.parse(session.data) as [string, C, string?]
  return {
    sid: session.sid,
    subject,
    claims,
    ...(scope !== undefined && { scope }),
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
