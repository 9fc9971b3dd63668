/** An ES module has no `require`, which libraries in CommonJS call. */
export const banner =
  "import { createRequire as of } from 'node:module'; const require = of(import.meta.url);"
