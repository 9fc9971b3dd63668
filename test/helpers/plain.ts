// Processes as users start them. tap adds a loader to all that a test starts, by NODE_OPTIONS, so that it can say what
// code ran: each would start half as slowly again, and `env` is what takes that away.

/** Command and arguments for `spawn` and the like. The process has the same id. */
export function plain(command: string, args: readonly string[]): [string, string[]] {
  return ['env', ['-u', 'NODE_OPTIONS', command, ...args]]
}
