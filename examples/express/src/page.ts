// The page at `/`: plain files, nothing inline, nothing from elsewhere.
import { fileURLToPath } from 'node:url'
import express, { type RequestHandler } from 'express'

export function page(): RequestHandler {
  return express.static(fileURLToPath(new URL('../public', import.meta.url)))
}
