import { strict as assert } from 'node:assert'
import { randomBytes } from 'node:crypto'
import type {
  AnnouncedRevocation,
  Creation,
  NewSession,
  Revoked,
  Rotation,
  SessionRef,
  Store,
  StoredSession,
} from '../../store/store.js'

/**
 * A store to test, and a way to let time pass on its clock.
 *
 * @example
 * const subject: StoreUnderTest = {
 *   store: memoryStore({ now: clock.now }),
 *   elapse: milliseconds => clock.set(clock.now() + milliseconds),
 * }
 */
export interface StoreUnderTest {
  readonly store: Store
  /** Lets this many milliseconds pass on the store's clock, by moving a fake clock or by waiting. */
  elapse(milliseconds: number): void | Promise<void>
}

/**
 * One rule that every store must keep.
 *
 * @example
 * storeCases.forEach(({ name, run }: StoreCase) => test(name, () => run(subject)))
 */
export interface StoreCase {
  /** The rule, as a sentence. */
  readonly name: string
  run(subject: StoreUnderTest): Promise<void>
}

export const keepFor = 900
export const recovery = 3600

const random = (): string => randomBytes(16).toString('base64url')

export function newSession(values: Partial<NewSession> = {}): NewSession {
  return { subjectHash: random(), sid: random(), idleTimeout: 3600, lifetime: 7200, data: 'data', ...values }
}

export async function create(
  store: Store,
  values: Partial<NewSession> = {},
  rules: { perSubject?: number; replaces?: SessionRef } = {},
): Promise<Creation & { ref: SessionRef }> {
  const session = newSession(values)
  const creation = await store.create(session, { perSubject: 100, keepFor, ...rules })
  return { ...creation, ref: { subjectHash: session.subjectHash, sid: session.sid } }
}

export function rotate(
  store: Store,
  ref: SessionRef,
  generation: number,
  window: number = recovery,
): Promise<Rotation> {
  return store.rotate(ref, { generation, recovery: window, keepFor })
}

/** Presents a generation and expects this outcome. Resolves to the session after the step. */
export async function expectRotation(
  store: Store,
  ref: SessionRef,
  generation: number,
  outcome: 'rotated' | 'reissued' | 'healed' | 'reused',
  window: number = recovery,
): Promise<StoredSession & { now: number }> {
  const rotation = await rotate(store, ref, generation, window)
  assert.equal(rotation.outcome, outcome)
  assert.ok('session' in rotation)
  assert.deepEqual(
    { subjectHash: rotation.session.subjectHash, sid: rotation.session.sid },
    { subjectHash: ref.subjectHash, sid: ref.sid },
  )
  return { ...rotation.session, now: rotation.now }
}

export async function expectUnknown(store: Store, ref: SessionRef, generation: number = 0): Promise<void> {
  assert.equal((await rotate(store, ref, generation)).outcome, 'unknown')
  assert.equal((await store.find(ref)).session, undefined)
  assert.ok(!(await store.list(ref.subjectHash)).some(({ sid }) => sid === ref.sid))
}

/** Reads the shard of a subject to its end, from the start or from a cursor. */
export async function readFeed(store: Store, subjectHash: string, cursor?: string): Promise<Revoked> {
  const shard = store.shardOf?.(subjectHash) ?? 0
  const first = await store.revokedSince(cursor, { shard, keepFor })
  let answer = first
  const revoked = [...first.revoked]
  for (let reads = 0; answer.hasMore; reads++) {
    assert.ok(reads < 100, 'the feed has no end')
    answer = await store.revokedSince(answer.cursor, { shard, keepFor })
    revoked.push(...answer.revoked)
  }
  return { ...answer, revoked, isContinuous: first.isContinuous }
}

/** The entry of this session in the feed, read from its start or from a cursor. */
export async function entryOf(
  store: Store,
  ref: SessionRef,
  cursor?: string,
): Promise<AnnouncedRevocation | undefined> {
  const { revoked } = await readFeed(store, ref.subjectHash, cursor)
  return revoked.find(({ subjectHash, sid }) => subjectHash === ref.subjectHash && sid === ref.sid)
}

/** Whether the feed, read from its start or from a cursor, announces the end of this session. */
export async function isAnnounced(store: Store, ref: SessionRef, cursor?: string): Promise<boolean> {
  return (await entryOf(store, ref, cursor)) !== undefined
}
