/** Seconds on a monotonic clock: setting the device's clock does not move it. */
export const now = (): number => performance.now() / 1000

/**
 * Calls an action later. The timer does not keep a Node process alive.
 *
 * @returns the timer
 */
export const later = (seconds: number, action: () => void): number => {
  const timer = setTimeout(action, seconds * 1000)
  // It is a number in browsers, an object in Node.
  ;(timer as { unref?(): void }).unref?.()
  return timer
}

/** Resolves later. A call of the application waits for it, so a Node process must not end meanwhile. */
export const sleep = (seconds: number): Promise<void> =>
  new Promise(resolve => setTimeout(resolve, seconds * 1000))
