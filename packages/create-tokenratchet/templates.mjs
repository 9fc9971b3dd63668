// Copies the examples into this package, as its templates. Needs the built package: `pnpm build` and `prepack` run it.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { copyTemplate, hideIgnoreFile, templates } from './dist/index.js'

const examples = fileURLToPath(new URL('../../examples', import.meta.url))
const destination = fileURLToPath(new URL('templates', import.meta.url))

rmSync(destination, { recursive: true, force: true })
for (const name of templates) {
  copyTemplate(join(examples, name), join(destination, name))
  hideIgnoreFile(join(destination, name))
}
