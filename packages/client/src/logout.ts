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
  let { notes } = session
  let timer: ReturnType<typeof setTimeout>

  const isPending = () => key in notes

  const send = () =>
    session.inTurn(async () => {
      if (!isPending()) {
        return
      }
      const token = notes[key] ?? ''
      const { response, failure } = await post(url, { token })
      clearTimeout(timer)
      if (response) {
        forget()
      } else {
        timer = setTimeout(send, later)
      }
      return failure
    })

  const forget = () => {
    delete notes[key]
  }

  // A login ends the session that was there before.
  events.addEventListener('signedin', forget)
  if (isPending()) {
    void send()
  }

  return {
    remember() {
      const token = session.tokens?.refresh_token ?? ''
      if (inCookies || token) {
        try {
          notes[key] = token
        } catch {
          // The storage is full.
          notes = { [key]: token }
        }
      }
    },
    isPending,
    send,
  }
}
