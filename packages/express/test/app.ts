// Applications of Express 4 and 5 that listen, for the rules that are Express' own.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Tokenratchet } from '@tokenratchet/express'
import express5, { type Express, type Request, type RequestHandler, type Response } from 'express'
import express4 from 'express4'
import t, { type Test } from 'tap'

export type Framework = typeof express5

export const frameworks: Readonly<Record<string, Framework>> = {
  'express 5': express5,
  'express 4': express4 as unknown as Framework,
}

export const secret: string = randomBytes(32).toString('base64url')

/** A rule, tested on Express 4 and 5. */
export function rule(
  name: string,
  check: (t: Test, framework: Framework, version: string) => Promise<void>,
): void {
  t.test(name, async t => {
    for (const [version, framework] of Object.entries(frameworks)) {
      await t.test(version, async t => check(t, framework, version))
    }
  })
}

/** Until the end of the test. Errors that reach Express' own handler are answered, not logged. */
export async function listen(t: Test, app: Express): Promise<{ port: number }> {
  app.set('env', 'test')
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return server.address() as AddressInfo
}

/** A handler whose rejections reach `next`, as users of Express 4 must write it. */
export function forwarding(
  handle: (request: Request, response: Response) => Promise<unknown>,
): RequestHandler {
  return (request, response, next) => {
    handle(request, response).catch(next)
  }
}

/** What stands before our middleware, or after it, and our middleware. */
export function arranged(
  order: 'before' | 'after',
  others: readonly RequestHandler[],
  { middleware }: Pick<Tokenratchet, 'middleware'>,
): RequestHandler[] {
  return order === 'before' ? [...others, middleware] : [middleware, ...others]
}

/** Signs ada in, with cookies. */
export const login: RequestHandler = forwarding(async (_request, response) =>
  response.json(await response.issueTokens({ subject: 'ada' })),
)

/** `{}` for nobody. */
export const who: RequestHandler = (request, response) => {
  response.json({ user: userOf(request)?.sub })
}

/** As an untyped program sees it: the types of `req.user` are the application's choice. */
export function userOf(request: Request): { sub?: string } | undefined {
  return (request as { user?: { sub?: string } }).user
}
