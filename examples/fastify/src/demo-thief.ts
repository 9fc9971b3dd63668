// For `--demo`: thieves, who have copied somebody's cookies and send them to the app as anybody could.
import { randomUUID } from 'node:crypto'
import type { Watch, Watched } from './demo-watch.js'
import { refusal } from './refusal.js'

export interface Thieves {
  /**
   * A new one takes our cookies from the header of a request. Answers his name, which nobody guesses: who has it may
   * send him on, though the session be over.
   */
  copy(sid: string, cookies: string | undefined): string
  /** To the app at this address. Rejects with a refusal when there is no such thief. */
  refresh(thief: string, from: Place): Promise<Loot>
  me(thief: string, from: Place): Promise<Loot>
}

/** Where a request came in, which is where the thief's goes too. */
export interface Place {
  address: string | undefined
  port: number | undefined
  /** The browser's, which a thief would copy as well. */
  userAgent: string | undefined
}

/** What the server said to the thief, and what it decided meanwhile. */
export interface Loot {
  status: number
  body: unknown
  events: Watched[]
}

/** The oldest go. */
const mostThieves = 100

/** `names` are those of our cookies. */
export function thieves(names: readonly string[], watch: Watch): Thieves {
  const known = new Map<string, { sid: string; jar: Map<string, string> }>()

  async function send(thief: string, from: Place, method: string, path: string): Promise<Loot> {
    const found = known.get(thief)
    if (found === undefined) {
      throw refusal(404, 'There is no such thief')
    }
    const { result, events } = await watch.during(found.sid, () => ask(found.jar, from, method, path))
    return { ...result, events }
  }

  return {
    copy(sid, cookies = '') {
      const thief = randomUUID()
      known.set(thief, { sid, jar: new Map(pairsOf(cookies).filter(([name]) => names.includes(name))) })
      const [oldest] = known.keys()
      if (known.size > mostThieves && oldest !== undefined) {
        known.delete(oldest)
      }
      return thief
    },
    refresh: (thief, from) => send(thief, from, 'POST', '/auth/refresh'),
    me: (thief, from) => send(thief, from, 'GET', '/me'),
  }
}

async function ask(
  jar: Map<string, string>,
  { address = '', port, userAgent = '' }: Place,
  method: string,
  path: string,
): Promise<Omit<Loot, 'events'>> {
  const host = address.includes(':') ? `[${address}]` : address
  const response = await fetch(`http://${host}:${port}${path}`, {
    method,
    headers: {
      cookie: [...jar].map(pair => pair.join('=')).join('; '),
      // No browser sends this for him: so he says what he likes.
      'sec-fetch-site': 'same-origin',
      'user-agent': userAgent,
    },
    signal: AbortSignal.timeout(5000),
  })
  for (const [name, value] of response.headers.getSetCookie().flatMap(pairsOf)) {
    if (jar.has(name)) {
      jar.set(name, value)
    }
  }
  return { status: response.status, body: await response.json() }
}

/** Of `Cookie`; of `Set-Cookie` too, whose attributes come out as pairs of other names. */
function pairsOf(header: string): [string, string][] {
  return header.split(';').map(pair => {
    const [name = '', ...value] = pair.split('=')
    return [name.trim(), value.join('=').trim()]
  })
}
