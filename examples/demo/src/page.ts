import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The files of the page. */
export const pageFolder = fileURLToPath(new URL('../public', import.meta.url))

/** The modules of `@tokenratchet/client`: browsers need no bundler for them. */
export const clientFolder = dirname(fileURLToPath(import.meta.resolve('@tokenratchet/client')))
