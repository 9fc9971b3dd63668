// Pages of one browser, in one process: once a page is closed, nothing that its scripts have begun goes on.
import { AsyncLocalStorage } from 'node:async_hooks'

const pages = new AsyncLocalStorage<Page>()

export class Page {
  /** Of its `window`. */
  readonly events: EventTarget = new EventTarget()
  isClosed = false
  readonly closed: Promise<void>
  private resolveClosed: () => void = () => {}

  constructor() {
    this.closed = new Promise(resolve => {
      this.resolveClosed = resolve
    })
  }

  /** Runs a script of the page, and what that begins. */
  run<T>(script: () => T): T {
    return pages.run(this, script)
  }

  /** As when a tab crashes. */
  close(): void {
    this.isClosed = true
    this.resolveClosed()
  }

  /** What happens to a request when its page is closed: nobody hears of the answer. */
  whileOpen<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        value => this.isClosed || resolve(value),
        error => this.isClosed || reject(error),
      )
    })
  }
}

/** The page whose script is running. */
export const currentPage = (): Page | undefined => pages.getStore()

/** A callback that runs in the page that made it, as long as that is open. */
export function ofPage<T extends unknown[]>(callback: (...values: T) => unknown): (...values: T) => void {
  const page = currentPage()
  return (...values) => {
    if (page === undefined) {
      callback(...values)
    } else if (!page.isClosed) {
      page.run(() => callback(...values))
    }
  }
}
