import { checkClaims } from '../access-token/claims.js'
import type { Context } from '../context.js'
import { StoreUnavailableError } from '../errors.js'
import type { ClaimsHook } from '../options.js'
import type { Session } from '../sessions/session.js'
import { withinTimeout } from '../values/timeout.js'

/** Milliseconds that the `claims` hook may take. */
const timeout = 5000

/**
 * What the next access token says: the login's claims, or what the `claims` hook makes of them.
 *
 * @returns `false` when the hook ends the session
 * @throws StoreUnavailableError when the hook fails: nobody is logged out by an outage of the user database
 */
export async function currentClaims(context: Context, session: Session): Promise<object | false> {
  const { claims } = session
  const hook = context.settings.claims
  if (hook === undefined) {
    return claims
  }
  try {
    const answer = await withinTimeout('claims', timeout, ask(hook, session))
    return answer === false ? false : answer === undefined ? claims : checkClaims(answer)
  } catch (error) {
    throw claimsUnavailable(context, session, error)
  }
}

/** The hook failed, or what it answered can't be made a token: the same refresh token may be presented again. */
export function claimsUnavailable(
  { emit }: Context,
  { sid, subject }: { sid: string; subject: string },
  error: unknown,
): StoreUnavailableError {
  emit({ type: 'claims_unavailable', sid, subject, error })
  return new StoreUnavailableError({ cause: error })
}

/** A hook that throws at once rejects like any other. */
async function ask(hook: ClaimsHook<object>, session: Session): Promise<object | false | undefined> {
  return hook(session)
}
