// The part of @fastify/jwt that jwt.ts needs. It replaces the package's own declarations (`imports` in package.json).
// Those type `request.user` in every program that includes them, and user.ts of this package types it too.
import type { FastifyPluginCallback } from 'fastify'

declare const fastifyJwt: FastifyPluginCallback<Record<string, unknown>>
export default fastifyJwt
