import { together } from '../../../test/helpers/together.js'

await together(import.meta.url)
