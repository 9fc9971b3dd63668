import { testTypes } from '../../../test/helpers/types.js'
import { programs } from './types-cases.js'
import { serverPrograms } from './types-servers-cases.js'

const all = { ...programs, ...serverPrograms }
await testTypes(all, { of: import.meta.url, withLibraries: what => what.includes('@fastify/jwt') })
