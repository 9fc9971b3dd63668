// The page at `/`: plain files, nothing inline, nothing from elsewhere.
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type RequestHandler } from 'express'

export function page(): RequestHandler {
  return express.static(fileURLToPath(new URL('../public', import.meta.url)))
}

/** `@tokenratchet/client` as its package has it: browsers need no bundler for modules. */
export function client(): RequestHandler {
  const serve = express.static(dirname(fileURLToPath(import.meta.resolve('@tokenratchet/client'))))
  return (request, response, next) => {
    if (request.path.endsWith('.js')) {
      serve(request, response, next)
    } else {
      next()
    }
  }
}
