/** Returns seconds on a monotonic clock, which does not move when the device's clock is set. */
export const now = (): number => performance.now() / 1000

/**
 * Calls an action later. The timer does not keep a Node process alive.
 *
 * @returns the timer
 */
export const later = (seconds: number, action: () => void): number => {
  const timer = setTimeout(action, seconds * 1000)
  // The timer is a number in browsers and an object in Node.
  ;(timer as { unref?(): void }).unref?.()
  return timer
}

/** Resolves later. It keeps a Node process alive, because a call of the application may wait for it. */
export const sleep = (seconds: number): Promise<void> =>
  new Promise(resolve => setTimeout(resolve, seconds * 1000))
