import { createTokens, type Issued, TokenError, type Tokens } from '@tokenratchet/core'
import fc from 'fast-check'
import { lossyStore } from './lossy-store.js'

/** What can happen, in any order and number. What makes no sense at its time does not happen. */
export type Happening =
  | { type: 'time passes'; seconds: number }
  | { type: 'a tab refreshes'; tab: number }
  | { type: 'the server answers'; which: number; twice: boolean }
  | { type: 'an answer arrives'; which: number }
  | { type: 'a request or answer is lost'; which: number }
  | { type: 'the thief copies the jar' }
  | { type: 'the thief refreshes'; which: number }
  | { type: 'the store loses writes'; writes: number }

type Weighted = { weight: number; arbitrary: fc.Arbitrary<Happening> }

const which = fc.nat(20)
const seconds = fc.constantFrom(1, 100, 299, 600, 700)
const some = (weight: number, type: Happening['type'], values = {}): Weighted => ({
  weight,
  arbitrary: fc.record({ type: fc.constant(type), ...values }) as fc.Arbitrary<Happening>,
})
const network = [
  some(2, 'time passes', { seconds }),
  some(4, 'a tab refreshes', { tab: fc.nat(2) }),
  some(4, 'the server answers', { which, twice: fc.boolean() }),
  some(4, 'an answer arrives', { which }),
  some(1, 'a request or answer is lost', { which }),
]
const theft = [some(1, 'the thief copies the jar'), some(0.5, 'the thief refreshes', { which })]
const failover = [some(1, 'the store loses writes', { writes: fc.integer({ min: 1, max: 5 }) })]

export function histories(actors: { thief: boolean; failover: boolean }): fc.Arbitrary<Happening[]> {
  const all = [...network, ...(actors.thief ? theft : []), ...(actors.failover ? failover : [])]
  const weights = all.map(({ weight, arbitrary }) => ({ weight: weight * 2, arbitrary }))
  return fc.array(fc.oneof(...weights), { minLength: 20, maxLength: 150, size: 'max' })
}

const lifetime = 600
/** An exchange, from the request to the cookie, that takes longer is given up: a known limit of the protocol. */
const longestExchange = (lifetime / 2) * 1000

interface Held {
  readonly issued: Issued
  readonly at: number
}

interface Exchange {
  readonly tab: number
  readonly sent: Held
  readonly sentAt: number
  answer?: Issued
}

/** One session: tabs with one cookie jar on a bad network, perhaps a thief, perhaps a store that loses writes. */
export class History {
  readonly #tokens: Tokens
  readonly #store: ReturnType<typeof lossyStore>
  #now = Date.UTC(2026, 0, 1)
  #jar: Held | undefined
  #exchanges: Exchange[] = []
  readonly #stolen: Issued[] = []
  #copiedAt = Number.POSITIVE_INFINITY
  /** Writes so far at each use of a token that was received after the copy. */
  #usesAfterCopy: number[] = []
  #writes = 1
  readonly #numbers = new Set<number>()

  /** The victim was refused: the session has ended for him. */
  victimRefused = false
  /** The thief was answered though the victim had used a token received after the copy. */
  thiefAfterVictim = false
  /** Somebody was answered after a refusal that ends the session. */
  resurrected = false
  numberTwice = false
  rotations = 0
  thefts = 0

  constructor(options: { recoveryWindow?: number } = {}) {
    const now = (): number => this.#now
    this.#store = lossyStore(now)
    const secret = 'c2VjcmV0IG9mIHRoZSBoaXN0b3J5IG1vZGVsIHRlc3RzIQ=='
    this.#tokens = createTokens({
      secret,
      store: this.#store.store,
      now,
      accessTokenLifetime: lifetime,
      ...options,
    })
  }

  async live(happenings: readonly Happening[]): Promise<this> {
    this.#jar = { issued: await this.#tokens.issue({ subject: 'ada' }), at: this.#now }
    for (const happening of happenings) {
      await this.#happen(happening)
    }
    return this
  }

  async #happen(happening: Happening): Promise<void> {
    switch (happening.type) {
      case 'time passes':
        return this.#pass(happening.seconds * 1000)
      case 'a tab refreshes':
        return this.#send(happening.tab)
      case 'the server answers':
        return this.#answer(
          pick(
            this.#exchanges.filter(({ answer }) => !answer),
            happening.which,
          ),
          happening.twice,
        )
      case 'an answer arrives':
        return this.#arrive(
          pick(
            this.#exchanges.filter(({ answer }) => answer),
            happening.which,
          ),
        )
      case 'a request or answer is lost':
        return this.#end(pick(this.#exchanges, happening.which))
      case 'the thief copies the jar':
        return this.#copy()
      case 'the thief refreshes':
        return this.#thief(pick(this.#stolen, happening.which))
      case 'the store loses writes':
        return this.#lose(happening.writes)
    }
  }

  #pass(milliseconds: number): void {
    this.#now += milliseconds
    this.#exchanges = this.#exchanges.filter(({ sentAt }) => this.#now - sentAt <= longestExchange)
  }

  /** Only on expiry, and one exchange of a tab at a time. */
  #send(tab: number): void {
    const held = this.#jar as Held
    const expired = this.#now >= held.at + held.issued.expiresIn * 1000
    if (expired && !this.#exchanges.some(exchange => exchange.tab === tab)) {
      this.#exchanges.push({ tab, sent: held, sentAt: this.#now })
    }
  }

  async #answer(exchange: Exchange | undefined, twice: boolean): Promise<void> {
    if (exchange === undefined) {
      return
    }
    if (twice) {
      // The client of the store sent its command again, as the first reply was lost.
      await this.#refresh(exchange.sent.issued)
    }
    const issued = await this.#refresh(exchange.sent.issued)
    if (issued === undefined) {
      this.victimRefused = true
      this.#end(exchange)
      return
    }
    this.rotations++
    exchange.answer = issued
    if (exchange.sent.at > this.#copiedAt) {
      this.#usesAfterCopy.push(this.#writes)
    }
  }

  #arrive(exchange: Exchange | undefined): void {
    if (exchange?.answer !== undefined) {
      this.#jar = { issued: exchange.answer, at: this.#now }
      this.#end(exchange)
    }
  }

  #end(ended: Exchange | undefined): void {
    this.#exchanges = this.#exchanges.filter(exchange => exchange !== ended)
  }

  #copy(): void {
    if (this.#copiedAt === Number.POSITIVE_INFINITY) {
      this.#stolen.push((this.#jar as Held).issued)
      this.#copiedAt = this.#now
    }
  }

  async #thief(stolen: Issued | undefined): Promise<void> {
    if (stolen === undefined) {
      return
    }
    const issued = await this.#refresh(stolen)
    if (issued !== undefined) {
      this.thefts++
      this.#stolen.push(issued)
      this.thiefAfterVictim ||= this.#usesAfterCopy.length > 0
      this.resurrected ||= this.victimRefused
    }
  }

  /** A failover takes a second or more, and no exchange is under way across it: see docs/protocol.md, known limits. */
  async #lose(writes: number): Promise<void> {
    if (this.#exchanges.length > 0 || this.victimRefused) {
      return
    }
    this.#writes -= await this.#store.lose(writes)
    this.#usesAfterCopy = this.#usesAfterCopy.filter(write => write <= this.#writes)
    this.#pass(1000)
  }

  async #refresh({ refreshToken }: Issued): Promise<Issued | undefined> {
    try {
      this.#writes++
      const issued = await this.#tokens.refresh(refreshToken)
      const number = Buffer.from(issued.refreshToken, 'base64url').readUIntBE(37, 6)
      this.numberTwice ||= this.#numbers.has(number)
      this.#numbers.add(number)
      return issued
    } catch (error) {
      if (error instanceof TokenError && error.code === 'ERR_INVALID_GRANT') {
        return undefined
      }
      throw error
    }
  }
}

function pick<T>(from: readonly T[], which: number): T | undefined {
  return from[which % Math.max(1, from.length)]
}
