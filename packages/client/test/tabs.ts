// What browsers have for several tabs, in one process.

import { currentPage, ofPage } from './page.js'

const { structuredClone } = globalThis

export interface FakeChannels {
  readonly BroadcastChannel: new (name: string) => object
  /** How many were opened. */
  readonly opened: number
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
    private listener: (event: { data: unknown }) => void = () => {}

    set onmessage(listener: (event: { data: unknown }) => void) {
      this.listener = ofPage(listener)
    }

    constructor(name: string) {
      this.name = name
      all.push(this)
    }

    postMessage(data: unknown): void {
      messages.push(structuredClone(data))
      for (const channel of all.filter(({ name }) => name === this.name)) {
        const deliver = () => channel.listener({ data: structuredClone(data) })
        if (channel !== this) {
          held ? held.push(deliver) : setImmediate(deliver)
        }
      }
    }
  }
  return {
    BroadcastChannel,
    get opened() {
      return all.length
    },
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
  /** How often a turn was asked for. */
  readonly requests: number
  request<T>(name: string, run: () => Promise<T>): Promise<T>
}

/** First come, first served. */
export function createLocks(): FakeLocks {
  const tails = new Map<string, Promise<unknown>>()
  let requests = 0
  return {
    get requests() {
      return requests
    },
    request<T>(name: string, run: () => Promise<T>): Promise<T> {
      requests++
      const closed = currentPage()?.closed ?? new Promise(() => {})
      const result = (tails.get(name) ?? Promise.resolve()).then(run)
      // Who is next learns of it a little later than of what other tabs say: as a rule, not by promise.
      const over = Promise.race([result, closed])
        .catch(() => {})
        .then(() => new Promise(resolve => setImmediate(setImmediate, resolve)))
      tails.set(name, over)
      return result
    },
  }
}
