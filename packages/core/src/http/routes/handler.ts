import type { Context } from '../../context.js'
import { TokenError } from '../../errors.js'
import type { HttpSettings } from '../options.js'
import type { HttpRequest, HttpResponse } from '../types.js'

/** Handles a request that has the method of the route. It throws refusals. */
export type Handler = (
  context: Context,
  http: HttpSettings,
  request: HttpRequest,
  sid?: string,
) => Promise<HttpResponse>

/** Awaits a body that is being read. If it is malformed, emits one event and throws the error. */
export async function refusingMalformed<T>(context: Context, reading: Promise<T>): Promise<T> {
  try {
    return await reading
  } catch (error) {
    throw refuseBody(context, error)
  }
}

export function refuseBody({ emit }: Context, error: unknown): unknown {
  emit({ type: 'refused', credential: 'body', reason: 'malformed' })
  return error
}

export function refuseWithoutToken({ emit }: Context): TokenError {
  emit({ type: 'refused', credential: 'refresh_token', reason: 'missing' })
  return new TokenError('ERR_INVALID_REQUEST')
}
