import type { Session } from './session.js'

// A mark says when a user signed in or out last: its whole part is the time in milliseconds, its fraction says which of the two.
// So the greater of two marks is the later one, and of the same log-out `left` comes after `leaving`.

/** A log-out was asked for. The server may not know of it yet. */
export const leaving = 0.25

/** That log-out is done. */
export const left = 0.5

export const signedIn = 0.75

export const isLeaving = ({ mark }: Session): boolean => mark % 1 === leaving

/** Marks what the user does now. It is later than all that is known, even if the device's clock was set back. */
export const setMark = (session: Session, deed: number): void => {
  session.look()
  session.mark = Math.max(Date.now(), Math.ceil(session.mark)) + deed
}
