import type { Context } from '../context.js'
import { TokenError } from '../errors.js'
import { isTokenError } from '../is-token-error.js'
import type { RefreshToken } from '../refresh-token/token.js'
import { type Login, loginOf } from '../sessions/session.js'
import type { Rotation } from '../store/store.js'
import { deviceOf } from '../values/device.js'

type Reused = Extract<Rotation, { outcome: 'reused' }>
type Rotated = Exclude<Rotation, { outcome: 'reused' | 'unknown' }>

/**
 * Presents a refresh token to the store.
 *
 * @returns the session after the step, and the login in its data
 * @throws TokenError `ERR_INVALID_GRANT` if the session is missing, or was ended by this token
 * @throws StoreUnavailableError
 */
export async function rotate(
  context: Context,
  token: RefreshToken,
  userAgent: string | undefined,
): Promise<Rotated & { login: Login }> {
  const { revocations, keepFor, settings, store } = context
  const { subjectHash, sid, generation } = token
  if (revocations.isRevoked(sid)) {
    // The session was revoked but may exist again: a store that failed over may have lost the deletion.
    await store.delete({ subjectHash, sid }, { keepFor, always: true })
    throw refuseRefresh(context, token, 'revoked')
  }
  const livesAfterAll = revocations.doubt(sid)
  const step = { generation, recovery: settings.recoveryWindow, keepFor }
  const rotation = await store.rotate({ subjectHash, sid }, step)
  if (rotation.outcome === 'unknown') {
    throw refuseRefresh(context, token, 'unknown')
  }
  if (rotation.outcome === 'reused') {
    // Note it before the data is read: the session has ended whatever its data contains.
    revocations.add({ subjectHash, sid })
    throw reused(context, token, rotation, userAgent)
  }
  livesAfterAll()
  return { ...rotation, login: loginOf(context.outage, rotation.session) }
}

function reused(
  { outage, emit }: Context,
  { sid, generation }: RefreshToken,
  { session, now }: Reused,
  userAgent: string | undefined,
): TokenError {
  const [read, failure] = readable(() => loginOf(outage, session))
  emit({
    type: 'reused',
    sid,
    ...(read !== undefined && { subject: read.subject }),
    generationGap: session.generation - generation,
    sinceRotation: Math.max(0, now - session.usedAt),
    ...deviceChange(read?.device, deviceOf(userAgent)),
  })
  return failure ?? new TokenError('ERR_INVALID_GRANT')
}

/**
 * Reads data that may be damaged. The session has ended in any case, and its event must not be lost because of its
 * data.
 */
function readable<T>(
  read: () => T,
): [value: T, failure: undefined] | [value: undefined, failure: TokenError] {
  try {
    return [read(), undefined]
  } catch (error) {
    if (isTokenError(error)) {
      return [undefined, error]
    }
    throw error
  }
}

function deviceChange(login: string | undefined, device: string | undefined): { deviceChanged?: boolean } {
  return login === undefined || device === undefined ? {} : { deviceChanged: device !== login }
}

/** Refuses a refresh that changes nothing: emits the event and returns the error. */
export function refuseRefresh(
  { emit }: Context,
  { sid }: { sid: string },
  reason: 'transport' | 'unknown' | 'revoked' | 'scope',
): TokenError {
  emit({ type: 'refused', credential: 'refresh_token', reason, sid })
  return new TokenError(reason === 'scope' ? 'ERR_INVALID_SCOPE' : 'ERR_INVALID_GRANT')
}
