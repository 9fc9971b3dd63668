// Requests byte for byte, as no client library would send them.
import { connect, type Socket } from 'node:net'
import type { RunningApp } from './app.js'
import { names } from './http.js'

/** Milliseconds after which a server that has not answered and closed is said to hang. */
const timeout = 5000

export interface RawAnswer {
  status: number
  headers: string
  body: string
}

/**
 * Sends bytes, one write for each chunk, and resolves to the answers that came until the connection was closed.
 *
 * @param after what to do with the socket when all is sent, such as going away
 */
export async function exchange(
  port: number,
  chunks: string | Buffer | readonly (string | Buffer)[],
  after: (socket: Socket) => void = () => {},
): Promise<RawAnswer[]> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  const received: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`The server hangs, after ${Buffer.concat(received).toString('latin1')}`))
    }, timeout)
    socket.on('data', data => received.push(data))
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
    void send(socket, [chunks].flat()).then(() => after(socket))
  })
  return parse(Buffer.concat(received).toString('latin1'))
}

async function send(socket: Socket, chunks: readonly (string | Buffer)[]): Promise<void> {
  for (const chunk of chunks) {
    await new Promise<unknown>(written => socket.write(bytes(chunk), written))
  }
}

/** Text stands for its bytes: `\xff` is one. */
function bytes(chunk: string | Buffer): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk
}

function parse(text: string): RawAnswer[] {
  const answers = text.split(/(?=HTTP\/1\.[01] \d{3} )/).filter(answer => answer !== '')
  return answers.map(answer => {
    const [headers = '', ...body] = answer.split('\r\n\r\n')
    return { status: Number(headers.slice(9, 12)), headers, body: body.join('\r\n\r\n') }
  })
}

/** A request as text: the lines of its head, then its body. */
export function text(lines: readonly string[], body = ''): string {
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** A Cookie header's value: a session that has just begun. */
export async function cookieOf({ tokens }: RunningApp, subject: string): Promise<string> {
  const { accessToken, refreshToken } = await tokens.issue({ subject })
  return `${names.access}=${accessToken}; ${names.refresh}=${refreshToken}`
}
