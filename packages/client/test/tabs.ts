// What browsers have for several tabs, in one process.

export interface FakeChannels {
  readonly BroadcastChannel: new (name: string) => object
  readonly messages: unknown[]
  /** Messages wait, as those for a page that is frozen do, until `release`. */
  hold(): void
  release(): void
}

export function createChannels(): FakeChannels {
  const all: BroadcastChannel[] = []
  const messages: unknown[] = []
  let held: (() => void)[] | undefined
  class BroadcastChannel {
    readonly name: string
    onmessage?: (event: { data: unknown }) => void

    constructor(name: string) {
      this.name = name
      all.push(this)
    }

    postMessage(data: unknown): void {
      messages.push(structuredClone(data))
      for (const channel of all.filter(({ name }) => name === this.name)) {
        const deliver = () => channel.onmessage?.({ data: structuredClone(data) })
        if (channel !== this) {
          held ? held.push(deliver) : setImmediate(deliver)
        }
      }
    }
  }
  return {
    BroadcastChannel,
    messages,
    hold() {
      held = []
    },
    release() {
      const waiting = held ?? []
      held = undefined
      for (const deliver of waiting) {
        deliver()
      }
    },
  }
}

export interface FakeLocks {
  request<T>(name: string, options: { signal?: AbortSignal }, run: () => Promise<T>): Promise<T>
}

/** First come, first served; whoever waits may give up. */
export function createLocks(): FakeLocks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    request<T>(name: string, { signal }: { signal?: AbortSignal }, run: () => Promise<T>): Promise<T> {
      const before = tails.get(name) ?? Promise.resolve()
      const result = new Promise<T>((resolve, reject) => {
        const giveUp = () => reject(signal?.reason)
        signal?.addEventListener('abort', giveUp)
        void before.then(() => {
          signal?.removeEventListener('abort', giveUp)
          return signal?.aborted ? undefined : run().then(resolve, reject)
        })
      })
      // Who is next learns of it a little later than of what other tabs say: as a rule, not by promise.
      const over = result
        .catch(() => {})
        .then(() => new Promise(resolve => setImmediate(setImmediate, resolve)))
      tails.set(name, Promise.all([before, over]))
      return result
    },
  }
}
