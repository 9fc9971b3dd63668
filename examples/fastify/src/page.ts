// The page at `/`: plain files, nothing inline, nothing from elsewhere.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyPluginAsync } from 'fastify'

// A route for each file that exists, rather than one that looks for anything.
const wildcard = false

export const page: FastifyPluginAsync = async app => {
  await app.register(fastifyStatic, { root: fileURLToPath(new URL('../public', import.meta.url)), wildcard })
  // The client as its package has it: browsers need no bundler for modules.
  await app.register(fastifyStatic, {
    root: dirname(fileURLToPath(import.meta.resolve('@tokenratchet/client'))),
    prefix: '/client/',
    wildcard,
    globIgnore: ['**/!(*.js)'],
    decorateReply: false,
  })
}
