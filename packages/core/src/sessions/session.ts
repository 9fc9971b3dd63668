import type { Outage } from '../store/checked/index.js'
import { isObject } from '../store/checked/shapes.js'
import type { StoredSession } from '../store/store.js'
import { hashSubject } from '../values/subject.js'

/**
 * A session as the application sees it. It contains no credential and nothing that one can be made from. Times are
 * those of the store's clock.
 *
 * @example
 * const [latest]: Session[] = await tokens.sessions('ada')
 */
export interface Session<C extends object = object> {
  readonly sid: string
  readonly subject: string
  /** The claims given at login. */
  readonly claims: C
  /** The scope granted at login. */
  readonly scope?: string
  /** The device, from the user agent at login, such as `Firefox on Linux`. */
  readonly device?: string
  /** The IP address of the login, as the application reported it. */
  readonly ip?: string
  readonly createdAt: Date
  /** Time of the login or of the last rotation. */
  readonly usedAt: Date
  /** When the session ends unless it is refreshed before. */
  readonly idleUntil: Date
  /** When the session ends, even if it is refreshed. */
  readonly absoluteUntil: Date
}

/** What a login said, which the store keeps for us without reading it. */
export interface Login<C extends object = object> extends Pick<Session<C>, 'subject' | 'claims'> {
  readonly scope: string | undefined
  readonly device: string | undefined
  readonly ip: string | undefined
}

/**
 * Writes the data of a session. It is short because there are many sessions: members have fixed positions, and missing
 * ones at the end are left out.
 */
export function writeData({ subject, claims, scope, device, ip }: Login): string {
  const members: unknown[] = [subject, claims, scope, device, ip]
  const length = members.findLastIndex(member => member !== undefined) + 1
  return JSON.stringify(members.slice(0, length).map(member => member ?? null))
}

/**
 * Reads the login in a record that the store returned.
 *
 * @throws StoreUnavailableError if the data was not written by `writeData`, or belongs to another subject than the
 *   subjectHash. Someone who can write to the store must not be able to become any user they like
 */
export function loginOf<C extends object>(outage: Outage, stored: StoredSession): Login<C> {
  const login = readData<C>(stored.data)
  if (login === undefined) {
    throw outage(
      new Error('The data of a session is not what was written: the store must return it unchanged'),
    )
  }
  if (hashSubject(login.subject) !== stored.subjectHash) {
    throw outage(
      new Error('The data of a session belongs to another subject: something has overwritten the record'),
    )
  }
  return login
}

/** Makes the session that the application sees from a record and the login in it. */
export function publicSession<C extends object>(stored: StoredSession, login: Login<C>): Session<C> {
  const { subject, claims, scope, device, ip } = login
  return {
    sid: stored.sid,
    subject,
    claims,
    ...(scope !== undefined && { scope }),
    ...(device !== undefined && { device }),
    ...(ip !== undefined && { ip }),
    createdAt: new Date(stored.createdAt),
    usedAt: new Date(stored.usedAt),
    idleUntil: new Date(stored.idleUntil),
    absoluteUntil: new Date(stored.absoluteUntil),
  }
}

/** @returns `undefined` if `writeData` can't have written the text */
function readData<C extends object>(text: string): Login<C> | undefined {
  let members: unknown
  try {
    members = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!Array.isArray(members)) {
    return undefined
  }
  const subject: unknown = members[0]
  const claims: unknown = members[1]
  const [scope, device, ip] = [members[2] ?? undefined, members[3] ?? undefined, members[4] ?? undefined]
  const isOurs = isObject(claims) && isTextIfAny(scope) && isTextIfAny(device) && isTextIfAny(ip)
  return typeof subject === 'string' && isOurs
    ? { subject, claims: claims as C, scope, device, ip }
    : undefined
}

function isTextIfAny(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

/** Whole seconds until the session ends unless it is refreshed. Both times are those of the store's clock. */
export function secondsLeft({ idleUntil }: StoredSession, now: number): number {
  return Math.floor((idleUntil - now) / 1000)
}
