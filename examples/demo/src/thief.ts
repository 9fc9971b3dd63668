// Thieves. Each has a copy of somebody's cookies, and sends them to the app over HTTP like any other client.
import { randomUUID } from 'node:crypto'
import { refusal } from './refusal.js'
import type { Watch, Watched } from './watch.js'

export interface Thieves {
  /**
   * Makes a thief from the cookies of a request. Returns the thief's id, which nobody can guess: with it, the page can
   * go on after the session has ended.
   */
  copy(sid: string, cookies: string | undefined): string
  /** Sends a request of the thief to the app. Rejects with a refusal if there is no such thief. */
  refresh(thief: string, from: Place): Promise<Loot>
  me(thief: string, from: Place): Promise<Loot>
}

/** Where the page's request came in. The thief sends its request to the same address. */
export interface Place {
  address: string | undefined
  port: number | undefined
  /** Of the browser: a thief copies it, too. */
  userAgent: string | undefined
}

/** The response to the thief, and the events that Tokenratchet emitted meanwhile. */
export interface Loot {
  status: number
  body: unknown
  events: Watched[]
}

/** If there are more, the oldest are forgotten. */
const mostThieves = 100

/** @param names the names of our cookies */
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
      // A browser sets this header by itself. A thief has no browser, and writes what is useful.
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

/** Reads `Cookie`, and `Set-Cookie`, whose attributes become pairs with other names. */
function pairsOf(header: string): [string, string][] {
  return header.split(';').map(pair => {
    const [name = '', ...value] = pair.split('=')
    return [name.trim(), value.join('=').trim()]
  })
}
