import type { RouteName } from '../options.js'

const errorBody = {
  type: 'object',
  required: ['error', 'error_description'],
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
} as const

const others = {
  405: { description: 'Wrong method', ...errorBody },
  413: { description: 'A body of more than 8192 bytes', ...errorBody },
  503: {
    description: 'The store of sessions is unavailable: try again after `Retry-After` seconds',
    ...errorBody,
  },
} as const

const unreadable = {
  415: { description: 'A body with a `Content-Encoding`', ...errorBody },
} as const

const crossOrigin = { 403: { description: 'Cross-origin request', ...errorBody }, ...others } as const

const guarded = {
  400: { description: '`invalid_request`: a malformed credential or body', ...errorBody },
  401: { description: 'No access token, or a dead one', ...errorBody },
  ...crossOrigin,
} as const

const consumes = ['application/x-www-form-urlencoded', 'application/json']

/** Documents the routes for plugins such as @fastify/swagger. It neither validates nor serializes anything. */
export const schemas: Readonly<Record<RouteName, object>> = {
  refresh: {
    tags: ['auth'],
    summary: 'Trade a refresh token, of the cookie or of the body, for its successor',
    consumes,
    body: {
      type: 'object',
      properties: {
        grant_type: { type: 'string', enum: ['refresh_token'] },
        refresh_token: { type: 'string', description: 'Of a session whose tokens travel in bodies' },
        scope: { type: 'string', description: 'Fewer names than the login granted' },
        if_stale: {
          type: 'string',
          enum: ['true'],
          description: 'Only if the cookie of the access token has lived for half of its life',
        },
      },
    },
    response: {
      200: {
        description: 'New cookies are set, or new tokens are in the body',
        type: 'object',
        required: ['expires_in'],
        properties: {
          expires_in: { type: 'integer', description: 'Seconds that the access token lives' },
          scope: { type: 'string' },
          access_token: { type: 'string' },
          token_type: { type: 'string', enum: ['Bearer'] },
          refresh_token: { type: 'string' },
        },
      },
      400: {
        description:
          '`invalid_grant`: log in again. `invalid_request`: no refresh token came, or two. ' +
          '`invalid_scope`, `unsupported_grant_type`',
        ...errorBody,
      },
      ...unreadable,
      ...crossOrigin,
    },
  },
  logout: {
    tags: ['auth'],
    summary: 'End the session and clear its cookies',
    response: {
      204: { description: 'Logged out', type: 'null' },
      400: {
        description: '`invalid_request`: a malformed Bearer token, or a body that breaks off',
        ...errorBody,
      },
      401: { description: '`invalid_token`: a Bearer token that names no session', ...errorBody },
      ...crossOrigin,
    },
  },
  revoke: {
    tags: ['auth'],
    summary: 'End the session of a token (RFC 7009)',
    consumes,
    body: {
      type: 'object',
      required: ['token'],
      properties: {
        token: { type: 'string', description: 'A refresh token or an access token' },
        token_type_hint: { type: 'string', enum: ['refresh_token', 'access_token'] },
      },
    },
    response: {
      200: { description: 'The token is worth nothing now, whether or not it was before', type: 'null' },
      400: { description: '`invalid_request`: no token came', ...errorBody },
      ...unreadable,
      ...others,
    },
  },
  logoutAll: {
    tags: ['auth'],
    summary: 'End all sessions of the user, or all others',
    consumes,
    body: {
      type: 'object',
      properties: { except: { type: 'string', enum: ['current'], description: 'Spares this session' } },
    },
    response: {
      204: { description: 'Logged out', type: 'null' },
      ...unreadable,
      ...guarded,
    },
  },
  sessions: {
    tags: ['auth'],
    summary: 'The sessions of the user, the last used first',
    response: {
      200: {
        type: 'object',
        required: ['sessions'],
        properties: {
          sessions: {
            type: 'array',
            items: {
              type: 'object',
              required: ['sid', 'current', 'created_at', 'used_at', 'idle_until', 'absolute_until'],
              properties: {
                sid: { type: 'string' },
                current: { type: 'boolean', description: 'This is the session that asks' },
                device: { type: 'string', description: 'Of the user agent at login' },
                ip: { type: 'string' },
                scope: { type: 'string' },
                created_at: { type: 'string', format: 'date-time' },
                used_at: { type: 'string', format: 'date-time', description: 'Login or last refresh' },
                idle_until: { type: 'string', format: 'date-time' },
                absolute_until: { type: 'string', format: 'date-time' },
              },
            },
          },
        },
      },
      ...guarded,
    },
  },
  session: {
    tags: ['auth'],
    summary: 'End one session of the user',
    params: { type: 'object', properties: { sid: { type: 'string' } } },
    response: {
      204: { description: 'It has ended', type: 'null' },
      404: { description: 'The user has no such session', ...errorBody },
      ...guarded,
    },
  },
  jwks: {
    tags: ['auth'],
    summary: 'The public keys that verify access tokens (RFC 7517)',
    response: {
      200: {
        description: 'The keys, the one that signs first',
        type: 'object',
        required: ['keys'],
        properties: { keys: { type: 'array', items: { type: 'object', additionalProperties: true } } },
      },
      405: others[405],
    },
  },
}
