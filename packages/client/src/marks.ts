import type { Session } from './session.js'

// A mark tells when a user last signed in or out. Its whole part is the time in milliseconds, its fraction the kind.
// So the greater of two marks is the later one, and for the same log-out `left` comes after `leaving`.

/** The user has logged out. The server may not know of it yet. */
export const leaving = 0.25

/** The log-out is finished: the server knows of it, or the client has given up. */
export const left = 0.5

/** The user has signed in. */
export const signedIn = 0.75

export const isLeaving = ({ mark }: Session): boolean => mark % 1 === leaving

/** Sets the mark to now. It is later than every known mark, even if the device's clock was set back. */
export const setMark = (session: Session, deed: number): void => {
  session.look()
  session.mark = Math.max(Date.now(), Math.ceil(session.mark)) + deed
}
