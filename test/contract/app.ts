// The application of the contract suite, in words that every framework can take.
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Duplex, Readable } from 'node:stream'
import type { Claims, Grant, Tokens } from '@tokenratchet/core'
import type { Auth, BodyAnswer, CookieAnswer, Demands, HttpLayerOptions } from '@tokenratchet/core/http'

/** What a handler of the suite sees of a request, and can do. */
export interface Call {
  /** Who sends the request: `null` for nobody, `undefined` where no guard has been asked. */
  readonly user: Claims | null | undefined
  readonly body: unknown
  /** `claimsOf` of the framework. */
  claims(): Claims
  issueTokens(grant: Grant): Promise<CookieAnswer & Partial<BodyAnswer>>
  revokeTokens(): Promise<void>
  /** Node's own response, which the handler answers by itself: what it returns is ignored then. */
  hijack(): ServerResponse
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | string[]>>
  /** `null` is none. */
  readonly body?: object | string | Readable | null
}

export interface AppRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly auth?: Auth
  /** `undefined` as its answer is `{}`. */
  handle(call: Call): Promise<Reply> | Reply
}

/** What an application of any framework is made of. */
export interface AppDescription {
  readonly options: HttpLayerOptions
  readonly routes: readonly AppRoute[]
  /** `trustProxy` of Fastify, `trust proxy` of Express. */
  readonly trustProxy?: boolean
  /** An error handler of the application that answers with `{ message }` and sets no header. */
  readonly hasOwnErrors?: boolean
  /** A hook in front of everything, such as one for CORS. */
  readonly first?: (request: IncomingMessage, response: ServerResponse) => void
}

/** An application that listens. */
export interface RunningApp {
  readonly port: number
  readonly server: Server
  /** What the framework was given as errors, before anything has answered them. */
  readonly errors: readonly unknown[]
  readonly tokens: Tokens
  authenticateRequest(request: IncomingMessage, demands?: Demands): Promise<Claims>
  refuseUpgrade(socket: Duplex, error: unknown): void
  close(): Promise<void>
}

export type StartApp = (description: AppDescription) => Promise<RunningApp>

const who = ({ user }: Call): Reply => ({ body: { user: user?.sub ?? null } })

/** The routes that most rules ask. */
export const commonRoutes: readonly AppRoute[] = [
  {
    method: 'POST',
    path: '/login',
    handle: async ({ body, issueTokens }) => ({ body: await issueTokens(body as Grant) }),
  },
  {
    method: 'POST',
    path: '/leave',
    async handle({ revokeTokens }) {
      await revokeTokens()
      return { body: { left: true } }
    },
  },
  { method: 'GET', path: '/me', auth: true, handle: who },
  { method: 'POST', path: '/me', auth: true, handle: who },
  { method: 'GET', path: '/maybe', auth: 'optional', handle: who },
  { method: 'POST', path: '/maybe', auth: 'optional', handle: who },
  { method: 'GET', path: '/public', handle: who },
]
