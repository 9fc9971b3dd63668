import { isTokenError, StoreUnavailableError } from '@tokenratchet/core'

/** Error texts of servers and connections, with an explanation each. Any other error is an outage too. */
const meanings: readonly (readonly [RegExp, string])[] = [
  // Not only at the beginning: Redis 6.2 puts the name of the script before the errors of its commands.
  [/\bREADONLY\b/, 'the server is a replica: a failover is under way, or the address is wrong'],
  [/\bLOADING\b/, 'the server is loading its data'],
  [/\bNOREPLICAS\b/, 'the server has too few replicas to accept writes'],
  [/\bOOM\b/, 'the server has reached its maxmemory'],
  [/\bMISCONF\b/, 'the server cannot persist, so it refuses writes'],
  [/\bBUSY\b/, 'the server is busy with a script'],
  [
    /\b(CLUSTERDOWN|MASTERDOWN|TRYAGAIN)\b|Too many Cluster redirections/,
    'the cluster is down, or moving slots',
  ],
  [
    /\b(NOAUTH|WRONGPASS|NOPERM)\b|can't run this command|unauthenticated/,
    'the password is wrong, or the user may not do this: check its ACL rules',
  ],
  [/\bWRONGTYPE\b/, 'a key with our prefix holds a value of another type: choose another prefix'],
  [/has ended already/, 'the session was created and has ended before this command ran again'],
  [/would exceed/, 'a number of the session would exceed its limit'],
  [/malformed feed/, 'the feed of revocations is malformed: something else has written to it'],
  [/malformed/, 'a session record is malformed: something else has written to it'],
  [/another command/, 'the reply belongs to another command: the client or a proxy mixes replies up'],
  [
    /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT|closed|isn't writeable|max retries|ClusterAllFailed|offline/i,
    'there is no connection',
  ],
]

/**
 * Returns whether an error carries a code of the server, such as NOSCRIPT. The message need not begin with the code. A
 * client that has followed too many redirections of a Cluster puts a sentence before it, or sets it as the `cause`.
 */
export function hasCode(error: unknown, code: string): boolean {
  const pattern = new RegExp(`\\b${code}\\b`)
  const errors = error instanceof Error ? [error, error.cause] : []
  return errors.some(each => each instanceof Error && pattern.test(withoutCommand(each.message)))
}

/**
 * Turns any error into a `StoreUnavailableError` that never carries the command. The keys and arguments hold the
 * subjectHash, subject and claims of a user, and a server quotes a command that it does not know.
 */
export function unavailable(error: unknown): StoreUnavailableError {
  if (isTokenError(error) && error.code === 'ERR_STORE_UNAVAILABLE') {
    return error as StoreUnavailableError
  }
  const { message, name } = error instanceof Error ? error : new Error(typeof error)
  const [, meaning] = meanings.find(([pattern]) => pattern.test(message)) ?? [undefined, 'the command failed']
  return new StoreUnavailableError({
    cause: new Error(`Redis: ${meaning} (${name}: ${withoutCommand(message)})`),
  })
}

export function tooLate(timeout: number): StoreUnavailableError {
  return new StoreUnavailableError({ cause: new Error(`Redis: no reply within ${timeout} ms`) })
}

/** The error for a command that did nothing: it ran after its deadline, or a later refresh of the session ran first. */
export function overtaken(): StoreUnavailableError {
  return new StoreUnavailableError({
    cause: new Error('Redis: the command ran too late, so it did nothing'),
  })
}

function withoutCommand(message: string): string {
  return message.replace(/,? with args.*/s, '')
}
