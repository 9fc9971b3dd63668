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
