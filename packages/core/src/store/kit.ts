/**
 * What stores share: the steps of the contract for a store that can run JavaScript inside its own transaction, and checks
 * of options.
 *
 * @module
 */
export { systemClock, wholeClock } from '../values/clock.js'
export { checkTimeout } from '../values/timeout.js'
export { type Entry, stored } from './entry.js'
export {
  createStep,
  deleteAllStep,
  deleteStep,
  type FeedRecords,
  findStep,
  rotateStep,
  type SessionRecords,
  type StoreRecords,
} from './steps.js'
