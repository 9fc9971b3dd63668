/**
 * Waits for a promise of other code, but not for longer than a timeout.
 *
 * @param what who should have answered, for the error
 * @param milliseconds after these it rejects; the timer does not keep the process alive
 */
export async function withinTimeout<T>(what: string, milliseconds: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} did not answer within ${milliseconds} ms`)),
      milliseconds,
    ).unref()
  })
  try {
    return await Promise.race([answer, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Checks the option `timeout` of a store.
 *
 * @throws TypeError unless it is a whole number of milliseconds from 1 to 60,000
 * @example
 * const timeout = checkTimeout(options.timeout)
 */
export function checkTimeout(timeout: unknown): number {
  if (!Number.isSafeInteger(timeout) || Number(timeout) < 1 || Number(timeout) > 60_000) {
    const got = typeof timeout === 'number' ? timeout : typeof timeout
    throw new TypeError(`timeout must be a whole number of milliseconds from 1 to 60,000 (got ${got})`)
  }
  return timeout as number
}
