import { together } from '../helpers/together.js'

await together(import.meta.url)
