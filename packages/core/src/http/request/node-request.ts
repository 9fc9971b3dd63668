import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { HttpRequest } from '../types.js'

/** A request of Node's. Frameworks extend it with what they know beside Node. Every guarded request makes one of these. */
export class NodeRequest<Message extends IncomingMessage = IncomingMessage> implements HttpRequest {
  readonly raw: Message
  readonly method: string | undefined
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]

  constructor(message: Message) {
    this.raw = message
    this.method = message.method
    this.headers = message.headers
    this.rawHeaders = message.rawHeaders
  }

  /** The host as the framework's trust in proxies has it. Node alone trusts none. */
  get host(): string | undefined {
    return undefined
  }

  /** The body, if something has read it. */
  get body(): unknown {
    return undefined
  }

  get stream(): Readable {
    return this.raw
  }
}
