import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { HttpRequest } from '../types.js'

/**
 * A request of Node's. Frameworks extend it by what they know beside Node: by getters of a class, as every guarded
 * request makes one of these, and few are asked for a host or a body.
 */
export class NodeRequest<Message extends IncomingMessage = IncomingMessage> implements HttpRequest {
  protected readonly message: Message

  constructor(message: Message) {
    this.message = message
  }

  get method(): string | undefined {
    return this.message.method
  }

  get headers(): IncomingHttpHeaders {
    return this.message.headers
  }

  get rawHeaders(): readonly string[] {
    return this.message.rawHeaders
  }

  /** By what the framework believes of proxies. */
  get host(): string | undefined {
    return undefined
  }

  /** As far as something has read it. */
  get body(): unknown {
    return undefined
  }

  get stream(): Readable {
    return this.message
  }

  get raw(): object {
    return this.message
  }
}
