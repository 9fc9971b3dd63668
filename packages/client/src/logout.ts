import type { Failure, Post } from './post.js'
import type { Session } from './session.js'

/** A log-out that the server may not know of yet. */
export interface Logout {
  /** Of the session that is here now. */
  remember(): void
  isPending(): boolean
  /** Tells the server what is pending. Answers why not where that must wait, or where the server refuses. */
  send(): Promise<Failure | undefined>
}

/** Milliseconds until the next attempt, unless a page is loaded or asks for something before. */
const later = 10_000

/** With cookies, that there is one outlives the page. A token never does. */
export function createLogout(
  session: Session,
  post: Post,
  url: URL,
  inCookies: boolean,
  events: EventTarget,
): Logout {
  const key = `tokenratchet ${url}`
  const memory: Record<string, string> = inCookies ? storage() : {}

  const isPending = () => key in memory

  const send = () =>
    session.inTurn(async () => {
      if (!isPending()) {
        return
      }
      const token = memory[key]
      const { response, failure } = await post(url, token && { token })
      if (failure) {
        setTimeout(send, later)
        return failure
      }
      forget()
      return response.ok ? undefined : new Error(`${url}: ${response.status}`)
    })

  const forget = () => {
    delete memory[key]
  }

  // A login ends the session that was there before.
  events.addEventListener('signedin', forget)
  if (isPending()) {
    void send()
  }

  return {
    remember() {
      memory[key] = session.tokens?.refresh_token ?? ''
    },
    isPending,
    send,
  }
}

/** Where cookies are blocked, so is this. */
function storage(): Storage | Record<string, never> {
  try {
    return localStorage
  } catch {
    return {}
  }
}
