import { checkClaims } from '../access-token/claims.js'
import type { Context } from '../context.js'
import { StoreUnavailableError } from '../errors.js'
import type { ClaimsHook } from '../options.js'
import { type Login, publicSession, type Session } from '../sessions/session.js'
import type { StoredSession } from '../store/store.js'
import { withinTimeout } from '../values/timeout.js'

/** Milliseconds that the `claims` hook may take. */
const timeout = 5000

/**
 * The claims of the next access token: those of the login, or those that the `claims` hook returns.
 *
 * @returns `false` if the hook ends the session
 * @throws StoreUnavailableError if the hook fails, so that an outage of the user database logs nobody out
 */
export async function currentClaims(
  context: Context,
  stored: StoredSession,
  login: Login,
): Promise<object | false> {
  const { claims } = login
  const hook = context.settings.claims
  if (hook === undefined) {
    return claims
  }
  const session = publicSession(stored, login)
  try {
    const answer = await withinTimeout('claims', timeout, ask(hook, session))
    return answer === false ? false : answer === undefined ? claims : checkClaims(answer)
  } catch (error) {
    throw claimsUnavailable(context, session, error)
  }
}

/**
 * Emits the event and makes the error for a hook that failed, or whose claims can't be put into a token. The client may
 * present the same refresh token again.
 */
export function claimsUnavailable(
  { emit }: Context,
  { sid, subject }: { sid: string; subject: string },
  error: unknown,
): StoreUnavailableError {
  emit({ type: 'claims_unavailable', sid, subject, error })
  return new StoreUnavailableError({ cause: error })
}

/** Makes a hook that throws synchronously reject like any other. */
async function ask(hook: ClaimsHook<object>, session: Session): Promise<object | false | undefined> {
  return hook(session)
}
