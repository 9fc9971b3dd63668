import type { IncomingMessage } from 'node:http'
import { NodeRequest } from '@tokenratchet/core/http'

/** What Express adds to Node's request, in 4 and 5. */
export interface ExpressRequest extends IncomingMessage {
  readonly path?: string
  /** Where the router that has the request is mounted. */
  readonly baseUrl?: string
  /** Only in handlers of a route. */
  readonly route?: { readonly stack?: readonly { readonly handle?: unknown }[] } | undefined
  readonly body?: unknown
  /** Set by guards; whose type it is, the application says: user.ts. */
  user?: object | undefined
  readonly app?: { get(setting: string): unknown }
}

/** A request as the HTTP layer reads it. */
export class AdaptedRequest extends NodeRequest<ExpressRequest> {
  /** By `trust proxy`, with the port: `req.host` of Express 5, which is without it in Express 4. */
  override get host(): string | undefined {
    const { app, headers, socket } = this.raw
    const forwarded = headers['x-forwarded-host']
    const isTrusted = app?.get('trust proxy fn') as ((address?: string, hop?: number) => boolean) | undefined
    const host =
      isTrusted?.(socket.remoteAddress, 0) &&
      String(forwarded ?? '')
        .split(',', 1)[0]
        ?.trim()
    return host || headers.host
  }

  override get body(): unknown {
    return this.raw.body
  }
}
