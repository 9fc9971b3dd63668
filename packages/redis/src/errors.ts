import { StoreUnavailableError } from '@tokenratchet/core'

/** What a server or a connection says when it can't serve, and what that means. Anything else fails the same way. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/^READONLY/, 'the server is a replica: a failover is under way, or the address is wrong'],
  [/^LOADING/, 'the server is loading its data'],
  [/^NOREPLICAS/, 'the server has too few replicas to accept writes'],
  [/^OOM/, 'the server has reached its maxmemory'],
  [/^MISCONF/, 'the server can not persist, and refuses writes'],
  [/^BUSY/, 'the server is busy with a script'],
  [/^(CLUSTERDOWN|MASTERDOWN|TRYAGAIN)/, 'the cluster is down, or moving slots'],
  [/^(NOAUTH|WRONGPASS|NOPERM)/, 'the user of the connection may not do this'],
  [/^WRONGTYPE/, 'a key of ours holds something that is not ours'],
  [/malformed/, 'a session record is not as it was written'],
  [
    /(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT|Connection is closed|[Ss]ocket closed|closed unexpectedly|max retries|ClusterAllFailed|offline)/,
    'there is no connection',
  ],
]

/** Never carries the command: its arguments are the subject and claims of a user. */
export function unavailable(error: unknown): StoreUnavailableError {
  const { message, name } = error instanceof Error ? error : new Error(typeof error)
  const [, meaning] = meanings.find(([pattern]) => pattern.test(message)) ?? [undefined, 'the command failed']
  return new StoreUnavailableError({ cause: new Error(`Redis: ${meaning} (${name}: ${message})`) })
}

export function tooLate(timeout: number): StoreUnavailableError {
  return new StoreUnavailableError({ cause: new Error(`Redis: no answer within ${timeout} ms`) })
}
