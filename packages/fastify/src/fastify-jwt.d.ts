// What jwt.ts needs of @fastify/jwt, in place of its own declarations (`imports` in package.json): those type `request.user`
// in every program that reads them, and user.ts of this package types it too.
import type { FastifyPluginCallback } from 'fastify'

declare const fastifyJwt: FastifyPluginCallback<Record<string, unknown>>
export default fastifyJwt
