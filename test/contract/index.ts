// The rules of HTTP: docs/http.md.
import { together } from '../helpers/together.js'

await together(import.meta.url)
