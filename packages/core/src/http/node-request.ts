import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { HttpRequest } from './types.js'

/** What a framework knows of a request beside Node: its members are asked only for requests that need them. */
export interface Surroundings {
  /** By what the framework believes of proxies. */
  readonly host?: string | undefined
  /** As far as something has read it. */
  readonly body?: unknown
}

/** A request of Node's, and what the framework has made of it. */
export class NodeRequest implements HttpRequest {
  readonly #message: IncomingMessage
  readonly #surroundings: Surroundings

  constructor(message: IncomingMessage, surroundings: Surroundings) {
    this.#message = message
    this.#surroundings = surroundings
  }

  get method(): string | undefined {
    return this.#message.method
  }

  get headers(): IncomingHttpHeaders {
    return this.#message.headers
  }

  get rawHeaders(): readonly string[] {
    return this.#message.rawHeaders
  }

  get host(): string | undefined {
    return this.#surroundings.host
  }

  get body(): unknown {
    return this.#surroundings.body
  }

  get stream(): Readable {
    return this.#message
  }
}
