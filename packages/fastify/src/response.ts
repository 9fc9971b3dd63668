import type { ResponseHeaders } from '@tokenratchet/core/http'
import type { FastifyReply } from 'fastify'

/** The headers of a reply: Fastify keeps them apart from those of Node's response until it sends. */
export class ReplyHeaders implements ResponseHeaders {
  readonly #reply: FastifyReply

  constructor(reply: FastifyReply) {
    this.#reply = reply
  }

  /** A hijacked reply sends none of the headers that Fastify keeps. */
  get headersSent(): boolean {
    return this.#reply.sent || this.#reply.raw.headersSent
  }

  getHeader(name: string): ReturnType<ResponseHeaders['getHeader']> {
    return this.#reply.getHeader(name)
  }

  /**
   * On Node's response too: when a stream has been sent, Fastify has copied its own headers already, and the response
   * has not left yet. Fastify would append cookies to those that are there.
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
