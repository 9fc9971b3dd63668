// As much of the protocol of Redis as a proxy needs: where a request or a reply ends.

interface Request {
  /** Of the command, in upper case. */
  readonly name: string
  /** What follows the name and one argument: of a script the number of its keys. */
  readonly second: string
  readonly bytes: Buffer
}

/** Requests are arrays of bulk strings: `*2\r\n$3\r\nGET\r\n$1\r\nx\r\n`. The first string is the command's name. */
export function split(data: Buffer): { requests: Request[]; rest: Buffer } {
  const requests: Request[] = []
  let start = 0
  for (;;) {
    let at = start
    const number = (): number | undefined => {
      const end = data.indexOf('\r\n', at)
      const value = end < 0 ? undefined : Number(data.toString('latin1', at + 1, end))
      at = end + 2
      return value
    }
    const count = number()
    const words: string[] = []
    for (let index = 0; index < (count ?? 0); index++) {
      const length = number()
      if (length === undefined || at + length + 2 > data.length) {
        return { requests, rest: data.subarray(start) }
      }
      if (index < 3) {
        words.push(data.toString('latin1', at, at + length))
      }
      at += length + 2
    }
    if (count === undefined) {
      return { requests, rest: data.subarray(start) }
    }
    const [name = '', , second = ''] = words
    requests.push({ name: name.toUpperCase(), second, bytes: data.subarray(start, at) })
    start = at
  }
}

/** The complete replies at the beginning of this, in RESP2 or RESP3. */
export function replies(data: Buffer): Buffer[] {
  const found = []
  let start = 0
  for (;;) {
    const end = endOf(data, start)
    if (end === undefined) {
      return found
    }
    found.push(data.subarray(start, end))
    start = end
  }
}

/** Texts have a length; lists, sets and pushes so many values, maps twice as many; everything else is one line. */
function endOf(data: Buffer, start: number): number | undefined {
  const line = data.indexOf('\r\n', start)
  if (line < 0) {
    return undefined
  }
  const type = data.toString('latin1', start, start + 1)
  const count = Number(data.toString('latin1', start + 1, line))
  if ('$=!'.includes(type)) {
    const end = count < 0 ? line + 2 : line + 2 + count + 2
    return end <= data.length ? end : undefined
  }
  const values = '*~>'.includes(type) ? count : type === '%' ? 2 * count : 0
  let end: number | undefined = line + 2
  for (let index = 0; index < values && end !== undefined; index++) {
    end = endOf(data, end)
  }
  return end
}
