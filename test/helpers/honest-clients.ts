// Clients that do as they should, while processes are replaced: they ask again what met no answer, and keep count.
import { setTimeout as sleep } from 'node:timers/promises'

/** What a client does on one of the processes. Answers the status, or rejects when there was no answer. */
export interface HonestClient {
  guarded(process: number): Promise<number>
  refresh(process: number): Promise<number>
}

export interface Traffic {
  readonly requests: number
  /** What had to be asked again: no connection, no answer, or a 503. */
  readonly retries: number
  /** Statuses that no honest client should see. */
  readonly failures: readonly string[]
  /** Each client refreshes once more, by now. */
  refreshAll(): Promise<void>
  stop(): Promise<void>
}

/** Each client sends one request at a time: guarded ones, and a refresh now and then, of a process at random. */
export function startTraffic(clients: readonly HonestClient[], processes = 2): Traffic {
  const traffic = { requests: 0, retries: 0, failures: [] as string[] }
  let isStopped = false
  const asked = new Set<number>()

  const send = async (client: HonestClient, what: keyof HonestClient): Promise<void> => {
    const first = Math.floor(Math.random() * processes)
    for (let attempt = 0; attempt < 100; attempt++) {
      const status = await client[what]((first + attempt) % processes).catch(() => undefined)
      traffic.requests++
      if (status !== undefined && status !== 503) {
        if (status !== 200) {
          traffic.failures.push(`${what}: ${status}`)
        }
        return
      }
      traffic.retries++
      await sleep(10)
    }
    traffic.failures.push(`${what}: no process answers`)
  }

  const running = clients.map(async (client, index) => {
    while (!isStopped) {
      const isDue = asked.delete(index) || Math.random() < 0.1
      await send(client, isDue ? 'refresh' : 'guarded')
      // Often enough to meet every moment of a restart, and not so often that the machine is busy with nothing else.
      await sleep(20 + Math.random() * 60)
    }
  })

  return {
    get requests() {
      return traffic.requests
    },
    get retries() {
      return traffic.retries
    },
    failures: traffic.failures,
    async refreshAll() {
      for (const index of clients.keys()) {
        asked.add(index)
      }
      while (asked.size > 0) {
        await sleep(10)
      }
      // Those that were taken up last may still be under way.
      await sleep(300)
    },
    async stop() {
      isStopped = true
      await Promise.all(running)
    },
  }
}
