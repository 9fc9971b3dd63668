import type { ResponseHeaders } from '@tokenratchet/core/http'
import type { FastifyReply } from 'fastify'

/** The headers of a reply. Fastify keeps them apart from those of Node's response until it sends the reply. */
export class ReplyHeaders implements ResponseHeaders {
  readonly #reply: FastifyReply

  constructor(reply: FastifyReply) {
    this.#reply = reply
  }

  /** Is true for a hijacked reply too, because it sends none of the headers that Fastify keeps. */
  get headersSent(): boolean {
    return this.#reply.sent || this.#reply.raw.headersSent
  }

  getHeader(name: string): ReturnType<ResponseHeaders['getHeader']> {
    return this.#reply.getHeader(name)
  }

  /**
   * Sets the header on Node's response too. If a stream is sent, Fastify has copied its headers already although the
   * response has not left yet. The header is removed first, because Fastify would append cookies to those already set.
   */
  setHeader(name: string, value: string | readonly string[]): void {
    this.#reply.removeHeader(name)
    this.#reply.header(name, value)
    this.#reply.raw.setHeader(name, value)
  }

  removeHeader(name: string): void {
    this.#reply.removeHeader(name)
    this.#reply.raw.removeHeader(name)
  }
}
