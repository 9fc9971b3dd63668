// The routes, without a framework. src/fastify.ts and src/express.ts translate.
import { credentialsOf } from './credentials.js'
import type { Demo, Visitor } from './demo.js'
import type { Place } from './thief.js'

/** A request, as far as these routes need it. */
export interface Call {
  body: unknown
  ip: string | undefined
  /** The header `Cookie`. */
  cookie: string | undefined
  /** The thief in the path. */
  thief: string
  /** Where the request came in. */
  place: Place
  /** Who is signed in, on a guarded route. */
  visitor: Visitor
  /** `issueTokens` of Tokenratchet. */
  issueTokens(grant: { subject: string; claims: { email: string }; ip?: string }): Promise<object>
}

export interface Answer {
  status: number
  headers?: Record<string, string>
  body?: object | string
}

export interface Route {
  method: 'get' | 'post'
  path: string
  isGuarded?: boolean
  answer(call: Call): Promise<Answer>
}

export function routesOf({ users, thieves, metrics, expiredCookie }: Demo): Route[] {
  return [
    {
      method: 'post',
      path: '/register',
      answer: async ({ body }) => ({ status: 201, body: await users.register(credentialsOf(body, 8)) }),
    },
    {
      method: 'post',
      path: '/login',
      async answer({ body, ip, issueTokens }) {
        const user = await users.signIn(credentialsOf(body, 0))
        const issued = await issueTokens({ subject: user.id, claims: { email: user.email }, ip })
        return { status: 200, body: { user, ...issued } }
      },
    },
    {
      method: 'get',
      path: '/me',
      isGuarded: true,
      answer: async ({ visitor }) => ({ status: 200, body: visitor }),
    },
    {
      method: 'post',
      path: '/demo/expire',
      isGuarded: true,
      answer: async ({ visitor }) => ({
        status: 204,
        headers: { 'set-cookie': await expiredCookie(visitor) },
      }),
    },
    {
      method: 'post',
      path: '/demo/thief',
      isGuarded: true,
      answer: async ({ visitor, cookie }) => ({
        status: 201,
        body: { thief: thieves.copy(visitor.sid, cookie) },
      }),
    },
    {
      method: 'get',
      path: '/metrics',
      answer: async () => ({
        status: 200,
        headers: { 'content-type': metrics.contentType },
        body: await metrics.text(),
      }),
    },
    // Not guarded: the thief goes on after your access token has expired, or your session has ended.
    {
      method: 'post',
      path: '/demo/thief/:thief/refresh',
      answer: async ({ thief, place }) => ({ status: 200, body: await thieves.refresh(thief, place) }),
    },
    {
      method: 'post',
      path: '/demo/thief/:thief/me',
      answer: async ({ thief, place }) => ({ status: 200, body: await thieves.me(thief, place) }),
    },
  ]
}
