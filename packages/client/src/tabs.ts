export interface Tabs {
  /** Tells all other tabs. */
  tell(type: string, value: number): void
  /** Runs an action that never rejects, as a rule while no other tab runs one. */
  inTurn<T>(action: () => Promise<T>): Promise<T>
}

/** Milliseconds. A tab that is frozen while its turn lasts must not stop the others. */
const patience = 3000

/** Milliseconds on a monotonic clock, which no change of the device's time moves, to be compared among tabs. */
export const now = (): number => performance.timeOrigin + performance.now()

/**
 * Other tabs of this browser. They save work: nothing goes wrong where they can't be reached, as the server takes
 * refreshes of several tabs at once.
 */
export function otherTabs(
  name: string,
  inCookies: boolean,
  receive: (type: string, value: number) => void,
): Tabs {
  // Tokens in memory are a session of this tab alone. And in Node, a channel would hold the process.
  const channel = inCookies && globalThis.document ? new BroadcastChannel(name) : undefined
  if (channel) {
    channel.onmessage = ({ data: [type, value] }) => receive(type, value)
  }
  return {
    tell: (type, value) => channel?.postMessage([type, value]),
    async inTurn(action) {
      let running: ReturnType<typeof action> | undefined
      const run = () => (running ??= action())
      try {
        return await navigator.locks.request(name, { signal: AbortSignal.timeout(patience) }, run)
      } catch {
        // No locks (plain http, a sandboxed frame), or no turn in time.
        return run()
      }
    },
  }
}
