import type { RouteName } from '@tokenratchet/core/http'

const refusal = {
  type: 'object',
  required: ['error', 'error_description'],
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
} as const

const refusals = {
  403: { description: 'Cross-origin request', ...refusal },
  405: { description: 'Wrong method', ...refusal },
  503: {
    description: 'The store of sessions is unavailable: try again after `Retry-After` seconds',
    ...refusal,
  },
} as const

/** What @fastify/swagger shows of the routes; nothing is validated or serialized by it. */
export const schemas: Readonly<Record<RouteName, object>> = {
  refresh: {
    tags: ['auth'],
    summary: 'Trade the refresh token cookie for new cookies',
    response: {
      200: {
        description: 'New cookies are set',
        type: 'object',
        required: ['expires_in'],
        properties: { expires_in: { type: 'integer', description: 'Seconds that the access token lives' } },
      },
      400: {
        description: '`invalid_grant`: log in again. `invalid_request`: no refresh token came',
        ...refusal,
      },
      ...refusals,
    },
  },
  logout: {
    tags: ['auth'],
    summary: 'End the session and clear its cookies',
    response: {
      204: { description: 'Logged out', type: 'null' },
      400: { description: '`invalid_request`: a malformed Bearer token', ...refusal },
      401: { description: '`invalid_token`: a Bearer token that names no session', ...refusal },
      ...refusals,
    },
  },
}
