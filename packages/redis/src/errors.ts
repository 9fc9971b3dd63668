import { isTokenError, StoreUnavailableError } from '@tokenratchet/core'

/** What a server or a connection says when it can't serve, and what that means. Anything else fails the same way. */
const meanings: readonly (readonly [RegExp, string])[] = [
  // Not only at the beginning: Redis 6.2 puts the name of the script before the errors of its commands.
  [/\bREADONLY\b/, 'the server is a replica: a failover is under way, or the address is wrong'],
  [/\bLOADING\b/, 'the server is loading its data'],
  [/\bNOREPLICAS\b/, 'the server has too few replicas to accept writes'],
  [/\bOOM\b/, 'the server has reached its maxmemory'],
  [/\bMISCONF\b/, 'the server can not persist, and refuses writes'],
  [/\bBUSY\b/, 'the server is busy with a script'],
  [
    /\b(CLUSTERDOWN|MASTERDOWN|TRYAGAIN)\b|Too many Cluster redirections/,
    'the cluster is down, or moving slots',
  ],
  [
    /\b(NOAUTH|WRONGPASS|NOPERM)\b|can't run this command|unauthenticated/,
    'the user of the connection may not do this',
  ],
  [/\bWRONGTYPE\b/, 'a key of ours holds something that is not ours'],
  [/has ended already/, 'the session that was to be created has been created and ended before'],
  [/would exceed/, 'a number of the session would be out of bounds'],
  [/malformed feed/, 'the feed of revocations is not as it was written'],
  [/malformed/, 'a session record is not as it was written'],
  [/another command/, 'the client, or a proxy in front of the server, mixes replies up'],
  [
    /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT|closed|isn't writeable|max retries|ClusterAllFailed|offline/i,
    'there is no connection',
  ],
]

/**
 * Whether this error has a code of the server, such as NOSCRIPT. It need not begin with it: a client that has followed
 * too many redirections of a Cluster puts a sentence before its last error, or has it as the cause of its own.
 */
export function hasCode(error: unknown, code: string): boolean {
  const pattern = new RegExp(`\\b${code}\\b`)
  const errors = error instanceof Error ? [error, error.cause] : []
  return errors.some(each => each instanceof Error && pattern.test(withoutCommand(each.message)))
}

/**
 * Never carries the command: its keys and arguments are the subjectHash, subject and claims of a user. A server that does not
 * know a command quotes it.
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
  return new StoreUnavailableError({ cause: new Error(`Redis: no answer within ${timeout} ms`) })
}

/** A command that did nothing: it ran after its deadline, or after another refresh of the session that was asked for later. */
export function overtaken(): StoreUnavailableError {
  return new StoreUnavailableError({
    cause: new Error('Redis: the command ran too late, so it did nothing'),
  })
}

function withoutCommand(message: string): string {
  return message.replace(/,? with args.*/s, '')
}
