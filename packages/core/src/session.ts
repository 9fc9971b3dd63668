import type { StoredSession } from './store/store.js'

/** A session as the application sees it: no credential can be made from it. Times are the store's. */
export interface Session<C extends object = object> {
  readonly sid: string
  readonly subject: string
  /** The application's claims, as given at login. */
  readonly claims: C
  readonly createdAt: Date
  /** Time of the login or of the last rotation. */
  readonly usedAt: Date
  /** When the session ends unless it is used before. */
  readonly idleUntil: Date
  /** When the session ends in any case. */
  readonly absoluteUntil: Date
}

/** What the store keeps for us without looking at it. */
export interface SessionData {
  readonly subject: string
  readonly claims: object
}

export function writeData({ subject, claims }: SessionData): string {
  return JSON.stringify({ subject, claims })
}

export function readData(session: StoredSession): SessionData {
  return JSON.parse(session.data) as SessionData
}

export function publicSession<C extends object>(session: StoredSession): Session<C> {
  const { subject, claims } = readData(session)
  return {
    sid: session.sid,
    subject,
    claims: claims as C,
    createdAt: new Date(session.createdAt),
    usedAt: new Date(session.usedAt),
    idleUntil: new Date(session.idleUntil),
    absoluteUntil: new Date(session.absoluteUntil),
  }
}
