/**
 * Runs an action, or joins the run that is under way.
 *
 * @returns what the action resolves to; or `undefined` as soon as the caller's signal aborts. The action goes on for
 *   others
 */
export type Shared<T> = (signal?: AbortSignal | null, seconds?: number) => Promise<T | undefined>

/** @param action must never reject */
export const shared = <T>(action: (seconds?: number) => Promise<T>): Shared<T> => {
  let running: Promise<T> | undefined
  return (signal, seconds) =>
    new Promise(resolve => {
      const giveUp = () => (resolve as () => void)()
      if (signal?.aborted) {
        giveUp()
      }
      signal?.addEventListener('abort', giveUp)
      running ??= action(seconds).finally(() => {
        running = undefined
      })
      void running.then(resolve).finally(() => signal?.removeEventListener('abort', giveUp))
    })
}
