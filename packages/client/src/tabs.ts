export interface Tabs {
  /** Tells all other tabs. */
  tell: Tell
  /** Outlives the page where it can. No place for a token, unless tokens are in memory: then this is, too. */
  notes: Record<string, string>
  /** Runs an action that never rejects, as a rule while no other tab runs one. */
  inTurn<T>(action: () => Promise<T>): Promise<T>
}

/** What happened, how many milliseconds ago: clocks of tabs don't agree. And the seconds of a new access token. */
type Tell = (type: string, age: number, seconds?: number) => void

/** Milliseconds. A tab that is frozen while its turn lasts must not stop the others. */
const patience = 3000

/**
 * Other tabs of this browser. They save work: nothing goes wrong where they can't be reached, as the server takes
 * refreshes of several tabs at once.
 */
export function otherTabs(name: string, inCookies: boolean, receive: Tell): Tabs {
  let channel: BroadcastChannel | undefined
  let notes = {}
  // Tokens in memory are a session of this tab alone. And in Node, a channel would hold the process.
  if (inCookies && globalThis.document) {
    try {
      notes = localStorage
      channel = new BroadcastChannel(name)
      channel.onmessage = ({ data }) => receive(...(data as Parameters<Tell>))
    } catch {
      // Withheld: cookies are blocked, or the frame is sandboxed.
    }
  }
  return {
    notes,
    tell: (...happening) => channel?.postMessage(happening),
    async inTurn(action) {
      try {
        return await navigator.locks.request(name, { signal: AbortSignal.timeout(patience) }, action)
      } catch {
        // No locks (plain http, a sandboxed frame), or no turn in time.
        return action()
      }
    },
  }
}
