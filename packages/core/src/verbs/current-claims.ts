import { checkClaims } from '../access-token/claims.js'
import type { Context } from '../context.js'
import { StoreUnavailableError } from '../errors.js'
import { publicSession, readData } from '../session.js'
import type { StoredSession } from '../store/store.js'

/** Milliseconds that the `claims` hook may take. */
const patience = 5000

/**
 * What the next access token says: the login's claims, or what the `claims` hook makes of them.
 *
 * @returns `false` when the hook ends the session
 * @throws StoreUnavailableError when the hook fails: nobody is logged out by an outage of the user database
 */
export async function currentClaims(context: Context, session: StoredSession): Promise<object | false> {
  const { subject, claims } = readData(session)
  const hook = context.settings.claims
  if (hook === undefined) {
    return claims
  }
  try {
    const answer = await withinPatience(async () => hook(publicSession(session)))
    return answer === false ? false : answer === undefined ? claims : checkClaims(answer)
  } catch (error) {
    throw claimsUnavailable(context, { sid: session.sid, subject }, error)
  }
}

/** The hook failed, or what it answered can't be made a token: the same refresh token may be presented again. */
export function claimsUnavailable(
  { publish }: Context,
  { sid, subject }: { sid: string; subject: string },
  error: unknown,
): StoreUnavailableError {
  publish({ type: 'claims_unavailable', sid, subject, error })
  return new StoreUnavailableError({ cause: error })
}

async function withinPatience<T>(ask: () => Promise<T>): Promise<T> {
  const { promise, reject } = deferred()
  const timer = setTimeout(() => reject(new Error(`claims did not answer within ${patience} ms`)), patience)
  try {
    return await Promise.race([ask(), promise])
  } finally {
    clearTimeout(timer)
  }
}

function deferred(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<never>((_resolve, rejectPromise) => {
    reject = rejectPromise
  })
  return { promise, reject }
}
