// The processes with simulated users, as the main process sees them.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Counts } from './counts.js'
import { endWithUs } from './processes.js'
import type { Assignment, Order, Word } from './worker.js'

export class Workers {
  readonly #children: ChildProcess[] = []
  readonly #ends = new Map<ChildProcess, Promise<unknown>>()
  readonly #counts: Word[] = []
  readonly #report: (text: string) => void
  #done = 0
  #heard: (() => void)[] = []

  constructor(report: (text: string) => void) {
    this.#report = report
  }

  async start(assignments: readonly Assignment[]): Promise<void> {
    for (const [index, assignment] of assignments.entries()) {
      const child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), {
        execArgv: ['--import=tsx'],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      })
      endWithUs(child)
      this.#ends.set(child, once(child, 'exit'))
      child.on('message', (word: Word) => this.#hear(index, word))
      child.on('exit', status => status && this.#report(`a worker ended with ${status}`))
      this.#children.push(child)
      await this.#tell(child, { type: 'start', assignment })
    }
  }

  /** Resolves when all workers know. */
  async tell(order: Order): Promise<void> {
    await Promise.all(this.#children.map(child => this.#tell(child, order)))
  }

  /** What all have counted so far. */
  get counts(): Counts {
    const sum = new Counts()
    for (const word of this.#counts) {
      if (word?.type === 'counts') {
        sum.merge(word.counts)
      }
    }
    return sum
  }

  get areDone(): boolean {
    return this.#done === this.#children.length
  }

  async stop(): Promise<void> {
    const running = this.#children.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    )
    await Promise.all(
      running.map(async child => {
        child.disconnect()
        await this.#ends.get(child)
      }),
    )
  }

  async #tell(child: ChildProcess, order: Order): Promise<void> {
    const heard = new Promise<void>(resolve => this.#heard.push(resolve))
    child.send(order)
    await Promise.race([heard, this.#ends.get(child)])
  }

  #hear(index: number, word: Word): void {
    if (word.type === 'heard') {
      this.#heard.shift()?.()
    } else if (word.type === 'report') {
      this.#report(word.text)
    } else if (word.type === 'done') {
      this.#done++
    } else {
      this.#counts[index] = word
    }
  }
}
