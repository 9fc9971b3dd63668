/**
 * What a promise of somebody else's resolves to, unless it takes too long.
 *
 * @param what for the error: who did not answer
 * @param milliseconds until it rejects; the timer keeps no process alive
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
