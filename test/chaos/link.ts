// A TCP proxy in front of a server, for clients and for other servers, that tells them apart by their address.
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Address } from './processes.js'
import type { Random } from './random.js'

interface Pair {
  readonly source: string
  readonly near: Socket
  far?: Socket
}

export class Link {
  target: Address
  /** Of the answers to clients, how many are lost with their connection, from 0 to 1. */
  lossRate = 0
  /** Of the answers to clients, how many come late, from 0 to 1, and how late: milliseconds. */
  lateRate = 0
  lateness = 0
  readonly #random: Random
  readonly #pairs = new Set<Pair>()
  readonly #server: Server
  #isBlocked: (source: string) => boolean = () => false

  constructor(target: Address, random: Random) {
    this.target = target
    this.#random = random
    this.#server = createServer({ noDelay: true }, near => this.#accept(near))
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  /** From now on nothing passes between these sources and the server, in either direction, and no connection ends. */
  block(isBlocked: (source: string) => boolean): void {
    this.#isBlocked = isBlocked
    for (const pair of this.#pairs) {
      this.#apply(pair)
    }
  }

  cut(): void {
    for (const { near, far } of this.#pairs) {
      near.destroy()
      far?.destroy()
    }
  }

  close(): void {
    this.#server.close()
    this.cut()
  }

  #accept(near: Socket): void {
    const pair: Pair = { source: near.remoteAddress ?? '', near }
    this.#pairs.add(pair)
    near.pause()
    const end = (): void => {
      this.#pairs.delete(pair)
      near.destroy()
      pair.far?.destroy()
    }
    near.on('close', end).on('error', end)
    this.#apply(pair)
  }

  /** A connection that is blocked from its beginning reaches the server later, or never. */
  #apply(pair: Pair): void {
    if (this.#isBlocked(pair.source)) {
      pair.near.pause()
      pair.far?.pause()
      return
    }
    pair.far ??= this.#connect(pair)
    pair.near.resume()
    pair.far.resume()
  }

  #connect(pair: Pair): Socket {
    // As the server would see it without a proxy: replicas are known by their address.
    const far = connect({ ...this.target, localAddress: pair.source, noDelay: true })
    const end = (): void => void pair.near.destroy()
    far.on('close', end).on('error', end)
    pair.near.on('data', data => far.write(data))
    far.on('data', data => this.#answer(pair, far, data))
    return far
  }

  #answer({ source, near }: Pair, far: Socket, data: Buffer): void {
    if (source === '127.0.0.1' && this.#random() < this.lossRate) {
      near.destroy()
      far.destroy()
      return
    }
    if (source === '127.0.0.1' && this.#random() < this.lateRate) {
      // What follows on this connection waits, too: answers keep their order.
      far.pause()
      near.cork()
      setTimeout(() => {
        near.uncork()
        if (!this.#isBlocked(source)) {
          far.resume()
        }
      }, this.lateness)
    }
    near.write(data)
  }
}
