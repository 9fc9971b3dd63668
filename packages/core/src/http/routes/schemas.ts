import type { RouteName } from '../options.js'

const errorBody = {
  type: 'object',
  required: ['error', 'error_description'],
  properties: { error: { type: 'string' }, error_description: { type: 'string' } },
} as const

const others = {
  405: { description: 'Wrong method', ...errorBody },
  413: { description: 'The body has more than 8192 bytes', ...errorBody },
  503: {
    description: 'The store of sessions is unavailable: try again after `Retry-After` seconds',
    ...errorBody,
  },
} as const

const unreadable = {
  415: { description: 'The body has a `Content-Encoding`', ...errorBody },
} as const

const crossOrigin = { 403: { description: 'Cross-origin request', ...errorBody }, ...others } as const

const guarded = {
  400: { description: '`invalid_request`: the credential or the body is malformed', ...errorBody },
  401: { description: 'The access token is missing, expired or revoked', ...errorBody },
  ...crossOrigin,
} as const

const consumes = ['application/x-www-form-urlencoded', 'application/json']

/** Documents the routes for plugins such as @fastify/swagger. It neither validates nor serializes anything. */
export const schemas: Readonly<Record<RouteName, object>> = {
  refresh: {
    tags: ['auth'],
    summary: 'Exchange the refresh token in the cookie or in the body for its successor',
    consumes,
    body: {
      type: 'object',
      properties: {
        grant_type: { type: 'string', enum: ['refresh_token'] },
        refresh_token: {
          type: 'string',
          description: 'The refresh token of a session that uses the body transport',
        },
        scope: { type: 'string', description: 'A part of the scope that the login granted' },
        if_stale: {
          type: 'string',
          enum: ['true'],
          description: 'Refresh only if less than half of the lifetime of the access token is left',
        },
      },
    },
    response: {
      200: {
        description: 'The new tokens are in cookies or in the body',
        type: 'object',
        required: ['expires_in'],
        properties: {
          expires_in: { type: 'integer', description: 'Seconds until the access token expires' },
          scope: { type: 'string' },
          access_token: { type: 'string' },
          token_type: { type: 'string', enum: ['Bearer'] },
          refresh_token: { type: 'string' },
        },
      },
      400: {
        description:
          '`invalid_grant`: log in again. `invalid_request`: the refresh token is missing, or there are two. ' +
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
        description: '`invalid_request`: the Bearer token is malformed, or the body is cut off',
        ...errorBody,
      },
      401: { description: '`invalid_token`: the Bearer token is invalid or expired', ...errorBody },
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
      200: { description: 'The token is invalid now, or was before', type: 'null' },
      400: { description: '`invalid_request`: the token is missing', ...errorBody },
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
      properties: { except: { type: 'string', enum: ['current'], description: 'Keep this session' } },
    },
    response: {
      204: { description: 'Logged out', type: 'null' },
      ...unreadable,
      ...guarded,
    },
  },
  sessions: {
    tags: ['auth'],
    summary: 'List the sessions of the user, the most recently used first',
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
                current: { type: 'boolean', description: 'Whether this is the session of the request' },
                device: { type: 'string', description: 'The device, from the user agent at login' },
                ip: { type: 'string' },
                scope: { type: 'string' },
                created_at: { type: 'string', format: 'date-time' },
                used_at: {
                  type: 'string',
                  format: 'date-time',
                  description: 'The time of the login or of the last refresh',
                },
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
      204: { description: 'The session has ended', type: 'null' },
      404: { description: 'The user has no such session', ...errorBody },
      ...guarded,
    },
  },
  jwks: {
    tags: ['auth'],
    summary: 'The public keys that verify access tokens (RFC 7517)',
    response: {
      200: {
        description: 'The public keys. The first one belongs to the key that signs',
        type: 'object',
        required: ['keys'],
        properties: { keys: { type: 'array', items: { type: 'object', additionalProperties: true } } },
      },
      405: others[405],
    },
  },
}
