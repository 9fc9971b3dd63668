// One session's world: events in the order of their time, until the three days are over.
import { horizon, sleepers } from './plan.mjs'
import { between, drawn, logBetween, logNormal, random } from './random.mjs'

export const lifetime = 600_000
/** A thief who is answered so much later than the victim's first refresh with a token received after the copy. */
export const late = 3 * lifetime

/**
 * How long somebody waits for an answer, and the latest of answers. The protocol promises nothing for an exchange
 * that takes longer than half an access lifetime.
 */
export const networks = {
  slow: { timeout: lifetime / 2, latest: 290_000 },
  absurd: { timeout: 2 * lifetime, latest: 2 * lifetime },
}

/** A connection that outlives a short sleep brings its answer when the laptop wakes up. */
const longestNap = 240_000

/** Nothing usual takes longer. */
const usual = 2000

function oneWay(luck, next, badness, { latest }) {
  if (luck < 0.002 * badness) {
    return logBetween(next, 20_000, latest)
  }
  return luck < 0.015 * badness ? logBetween(next, 1000, 20_000) : Math.min(logNormal(next, 50, 0.7), usual)
}

const luckOf = ({ seed, number }, which) => drawn(seed, number, 3, ...which)

/** Whether a request arrives as fast as most do: told of by one draw, for most requests need no more. */
const isUsual = (plan, ...which) => luckOf(plan, which) >= 0.015 * plan.badness

/** What will become of a request and its answer; the same for each rule. */
function fate(plan, network, ...which) {
  const next = random(plan.seed, plan.number, 4, ...which)
  const lost = 0.004 * plan.badness
  return {
    out: oneWay(luckOf(plan, which), next, plan.badness, network),
    back: oneWay(next(), next, plan.badness, network),
    requestLost: next() < lost,
    answerLost: next() < lost,
    // A broken connection is noticed soon, silence is not. Some users ask again at once.
    noticed: next() < 0.5 ? between(next, 500, 3000) : between(next, 10_000, 60_000),
    isRetried: next() < 0.5,
  }
}

class Queue {
  #heap = []
  #count = 0

  get time() {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY
  }

  push(at, handle) {
    const heap = this.#heap
    const event = { at, order: this.#count++, handle }
    let child = heap.length
    heap.push(event)
    while (child > 0) {
      const parent = (child - 1) >> 1
      if (!isBefore(event, heap[parent])) {
        break
      }
      heap[child] = heap[parent]
      child = parent
    }
    heap[child] = event
  }

  pop() {
    const heap = this.#heap
    const first = heap[0]
    const last = heap.pop()
    if (heap.length > 0) {
      let parent = 0
      for (;;) {
        let child = 2 * parent + 1
        if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) {
          child++
        }
        if (child >= heap.length || isBefore(last, heap[child])) {
          break
        }
        heap[parent] = heap[child]
        parent = child
      }
      heap[parent] = last
    }
    return first
  }
}

const isBefore = (one, other) => one.at < other.at || (one.at === other.at && one.order < other.order)

export class World {
  #plan
  #rule
  #client
  #start
  #queue = new Queue()
  #asleep
  #now = 0
  #session
  /** What the jar has had, the newest last: a crash goes back to one of the last. */
  #jars = []
  #busy
  /** Grows with each login and crash: what was under way before is no longer. */
  #epoch = 0
  #thief
  result = { refreshes: 0, falseLogouts: 0, thief: undefined }

  /**
   * @param client `ifStale`: what it asks for; `singleFlight`: its tabs have one refresh at a time; `network`
   * @param start of the three days, by the server's clock
   */
  constructor(plan, rule, client, start) {
    this.#plan = plan
    this.#rule = rule
    this.#client = client
    this.#start = start
    this.#asleep = sleepers(plan.sleeps)
    this.#busy = Array(plan.tabs).fill(false)
  }

  async live() {
    const { steps, theft } = this.#plan
    await this.#login()
    if (theft !== undefined) {
      this.#queue.push(theft.at, () => this.#copy(theft))
    }
    for (let index = 0; ; ) {
      const step = steps[index]
      const isStep = step !== undefined && step.at <= this.#queue.time
      const at = isStep ? step.at : this.#queue.time
      if (at > horizon) {
        break
      }
      this.#now = at
      if (!isStep) {
        const happened = this.#queue.pop().handle()
        // Most are not asynchronous, and a million of pauses take long.
        if (happened !== undefined) {
          await happened
        }
      } else if (step.type === 'burst') {
        this.#burst(step, index)
      } else {
        this.#crash(step)
      }
      index += isStep ? 1 : 0
    }
    this.#now = horizon
    this.#judge()
    return this.result
  }

  get #clock() {
    return this.#start + Math.floor(this.#now)
  }

  get #jar() {
    return this.#jars.at(-1)
  }

  /** As the core does it: whole seconds. */
  #expiry() {
    return Math.floor(this.#clock / 1000) * 1000 + lifetime - this.#start
  }

  async #login() {
    const { session, token } = await this.#rule.login(this.#clock)
    this.#session = session
    this.#epoch++
    this.#busy.fill(false)
    this.#jars = [{ session, token, expiry: this.#expiry(), receivedAt: this.#now }]
  }

  #crash({ back }) {
    this.#epoch++
    this.#busy.fill(false)
    while (this.#jars.length > 1 && this.#jar.receivedAt > back) {
      this.#jars.pop()
    }
  }

  /** When an answer that comes at a time is seen, if it is. */
  #seen(at) {
    const sleep = this.#asleep(at)
    if (sleep === undefined) {
      return at
    }
    return sleep.to - sleep.from > longestNap ? undefined : sleep.to
  }

  /** A tab asks for things with the access token in the jar, and refreshes when it learns that this has expired. */
  #burst({ tab, count }, index, attempt = 0) {
    const { network, singleFlight } = this.#client
    const { expiry } = this.#jar
    if ((singleFlight && this.#busy[tab]) || expiry - this.#now > network.latest) {
      return
    }
    const sentAt = this.#now
    const refused = []
    for (let each = 0; each < count; each++) {
      if (expiry - sentAt > usual && isUsual(this.#plan, index, each, 2 * attempt)) {
        continue
      }
      const { out, back, requestLost, answerLost } = fate(this.#plan, network, index, each, 2 * attempt)
      const seen = this.#seen(sentAt + out + back)
      const isRefused = !requestLost && !answerLost && Math.floor(sentAt + out) >= expiry
      if (isRefused && seen !== undefined && seen - sentAt <= network.timeout) {
        refused.push({ seen, each })
      }
    }
    if (refused.length === 0) {
      return
    }
    refused.sort((one, other) => one.seen - other.seen)
    this.#busy[tab] = true
    const epoch = this.#epoch
    for (const { seen, each } of singleFlight ? refused.slice(0, 1) : refused) {
      this.#queue.push(seen, () => {
        if (epoch === this.#epoch) {
          const retry = () => this.#burst({ tab, count: 1 }, index, attempt + 1)
          this.#send(tab, fate(this.#plan, network, index, each, 2 * attempt + 1), retry)
        }
      })
    }
  }

  #send(tab, fate, retry) {
    const { timeout } = this.#client.network
    const exchange = { tab, fate, retry, sent: this.#jar, epoch: this.#epoch, giveUpAt: this.#now + timeout }
    if (fate.requestLost || fate.out > timeout) {
      this.#fail(exchange)
    } else {
      this.#queue.push(this.#now + fate.out, () => this.#answer(exchange))
    }
  }

  #fail({ tab, epoch, fate, retry }) {
    this.#queue.push(this.#now + fate.noticed, () => {
      if (epoch === this.#epoch) {
        this.#busy[tab] = false
        if (fate.isRetried && this.#asleep(this.#now) === undefined) {
          retry()
        }
      }
    })
  }

  async #answer(exchange) {
    const { sent, giveUpAt, fate } = exchange
    const session = this.#session
    if (sent.session !== session) {
      // He has signed in again meanwhile.
      return
    }
    const left = Math.floor((sent.expiry - this.#now) / 1000) * 1000
    let received
    if (!(this.#client.ifStale && left > lifetime / 2)) {
      const token = await this.#rule.refresh(session, sent.token, this.#clock)
      const isAlone = this.#thief === undefined || this.#thief.over
      if (isAlone) {
        this.result.refreshes++
      }
      if (token === undefined) {
        if (isAlone) {
          this.result.falseLogouts++
        }
        this.#endTheft()
        return this.#login()
      }
      received = { session, token, expiry: this.#expiry() }
      this.#watched(sent)
    }
    const seen = fate.answerLost ? undefined : this.#seen(this.#now + fate.back)
    if (seen === undefined || seen > giveUpAt) {
      this.#fail(exchange)
      return
    }
    this.#queue.push(seen, () => {
      if (exchange.epoch === this.#epoch) {
        this.#busy[exchange.tab] = false
        if (received !== undefined) {
          this.#jars.push({ ...received, receivedAt: this.#now })
          this.#jars.splice(0, this.#jars.length - 20)
        }
      }
    })
  }

  // The thief.

  #copy({ strategy, wait }) {
    const { token, expiry } = this.#jar
    this.#thief = {
      strategy,
      next: random(this.#plan.seed, this.#plan.number, 5),
      tokens: [token],
      copiedAt: this.#now,
      usedAt: undefined,
      over: false,
      waiting: false,
      access: 0,
      accessUntil: this.#now,
      followed: false,
      unseen: false,
    }
    this.#hasAccess(expiry)
    if (strategy === 'at once' || strategy === 'each minute') {
      this.#present(0)
    } else if (strategy === 'waits') {
      this.#present(wait)
    } else if (strategy === 'hoards') {
      for (let each = 0; each < 5; each++) {
        this.#present(each * 1000, token)
      }
    }
  }

  /** The victim was answered: a thief who replays right behind him has heard it. */
  #watched(sent) {
    const thief = this.#thief
    if (thief === undefined || thief.over) {
      return
    }
    if (sent.receivedAt > thief.copiedAt) {
      thief.usedAt ??= this.#now
    }
    if (thief.strategy === 'right behind' && !thief.waiting) {
      thief.waiting = true
      this.#present(between(thief.next, 50, 2000))
    }
  }

  #present(delay, hoarding) {
    this.#queue.push(this.#now + delay, () => this.#steal(hoarding))
  }

  async #steal(hoarding) {
    const thief = this.#thief
    if (thief.over) {
      return
    }
    thief.waiting = false
    // Of those that he has hoarded the next; of a chain the newest, which is the only one.
    const presented = hoarding ?? thief.tokens.shift()
    const token = await this.#rule.refresh(this.#session, presented, this.#clock)
    if (token === undefined) {
      // Every rule here ends the session of a token that it refuses: the thief was seen, and the victim signs in again.
      this.#endTheft()
      return this.#login()
    }
    this.#hasAccess(this.#expiry())
    thief.followed ||= thief.usedAt !== undefined
    thief.unseen ||= thief.usedAt !== undefined && this.#now >= thief.usedAt + late
    if (hoarding !== undefined) {
      thief.tokens.push(token)
      if (thief.tokens.length === 6) {
        thief.tokens.shift()
        this.#present(this.#plan.theft.wait)
      }
      return
    }
    thief.tokens.push(token)
    if (thief.strategy !== 'right behind') {
      this.#present(thief.strategy === 'each minute' ? 60_000 : lifetime)
    }
  }

  #hasAccess(until) {
    const thief = this.#thief
    thief.access += Math.max(0, until - Math.max(this.#now, thief.accessUntil))
    thief.accessUntil = Math.max(thief.accessUntil, until)
  }

  /** Access tokens end with their session. */
  #endTheft() {
    const thief = this.#thief
    if (thief !== undefined && !thief.over) {
      thief.over = true
      thief.access -= Math.max(0, thief.accessUntil - this.#now)
    }
  }

  #judge() {
    const thief = this.#thief
    if (thief !== undefined) {
      const ended = thief.over
      this.#endTheft()
      const { strategy, access, followed, unseen, usedAt } = thief
      // Where the victim has not come back there is nothing to see.
      const isJudged = ended || (usedAt !== undefined && usedAt + late < horizon)
      this.result.thief = { strategy, access, followed, unseen, isJudged }
    }
  }
}
