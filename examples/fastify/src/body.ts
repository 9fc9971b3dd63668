// A body is checked before a handler sees it.
import type { Rules } from './credentials.js'

/** For the options of a route. */
export function bodyOf({ schema, message }: Rules) {
  return {
    schema: { body: schema },
    schemaErrorFormatter: () => new Error(message),
  }
}
