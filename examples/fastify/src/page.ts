// The page at `/`: plain files, nothing inline, nothing from elsewhere.
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'

export const page: FastifyPluginAsync = async app => {
  await app.register(fastifyStatic, {
    root: fileURLToPath(new URL('../public', import.meta.url)),
    // A route for each file that exists, rather than one that looks for anything.
    wildcard: false,
  })
}
