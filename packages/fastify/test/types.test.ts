import { testTypes } from '../../../test/helpers/types.js'
import { programs } from './types-cases.js'

await testTypes(programs, { of: import.meta.url, withLibraries: what => what.includes('@fastify/jwt') })
