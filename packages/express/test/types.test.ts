import { testTypes } from '../../../test/helpers/types.js'
import { mainPrograms } from './types-main-cases.js'
import { userPrograms } from './types-user-cases.js'

const programs = { ...mainPrograms, ...userPrograms }
await testTypes(programs, { of: import.meta.url, withLibraries: what => what.includes('passport') })
