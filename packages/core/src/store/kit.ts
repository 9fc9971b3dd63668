/**
 * What stores share: the rule of rotation, and the life of a session's record. A store that can run JavaScript inside its
 * own transaction uses these instead of a copy.
 *
 * @module
 */
export { type Decision, type Generations, rotation } from '../sessions/rotation.js'
export { isWithinLimits, maxSessionNumber } from './limits.js'
export { checkLimits, created, type Entry, stored, used } from './memory/entry.js'
