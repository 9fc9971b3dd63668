import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { HttpRequest } from '../types.js'

/**
 * A request of Node for the HTTP layer. An adapter extends it with what its framework knows in addition. Each guarded
 * request creates one, so it must stay cheap.
 *
 * @example
 * ```ts
 * layer.identify(new NodeRequest(request), response, true, (error, claims) => next(error, claims))
 * ```
 */
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

  /** The host that a trusted proxy reports. Node alone trusts no proxy, so it is `undefined` here. */
  get host(): string | undefined {
    return undefined
  }

  /** The body, if the framework has read it. Node alone reads none, so it is `undefined` here. */
  get body(): unknown {
    return undefined
  }

  get stream(): Readable {
    return this.raw
  }
}
