import type { IncomingMessage } from 'node:http'
import { type HttpRequest, NodeRequest } from '@tokenratchet/core/http'

/** What Express adds to Node's request, in 4 and 5. */
export interface ExpressRequest extends IncomingMessage {
  readonly path?: string
  /** Only in handlers of a route. */
  readonly route?: unknown
  readonly body?: unknown
  readonly app?: { get(setting: string): unknown }
}

export function seamRequest(request: ExpressRequest): HttpRequest {
  return new NodeRequest(request, {
    get host() {
      return hostOf(request)
    },
    get body() {
      return request.body
    },
  })
}

/** By `trust proxy`, with the port: `req.host` of Express 5, which is without it in Express 4. */
function hostOf({ app, headers, socket }: ExpressRequest): string | undefined {
  const forwarded = headers['x-forwarded-host']
  const isTrusted = app?.get('trust proxy fn') as ((address?: string, hop?: number) => boolean) | undefined
  const host =
    isTrusted?.(socket.remoteAddress, 0) &&
    String(forwarded ?? '')
      .split(',', 1)[0]
      ?.trim()
  return host || headers.host
}
