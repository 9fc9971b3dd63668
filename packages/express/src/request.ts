import type { IncomingMessage } from 'node:http'
import { NodeRequest } from '@tokenratchet/core/http'

/** Node's request with the properties that Express 4 and 5 add to it. */
export interface ExpressRequest extends IncomingMessage {
  readonly path?: string
  /** The path where the router that handles the request is mounted. */
  readonly baseUrl?: string
  /** Present only in the handlers of a route. */
  readonly route?: { readonly stack?: readonly { readonly handle?: unknown }[] } | undefined
  readonly body?: unknown
  /** Set by guards. The application chooses its type: see user.ts. */
  user?: object | undefined
  readonly app?: { get(setting: string): unknown }
}

/** A request as the HTTP layer reads it. */
export class AdaptedRequest extends NodeRequest<ExpressRequest> {
  /** The host with its port, which follows the setting `trust proxy`. `req.host` of Express 4 lacks the port. */
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
