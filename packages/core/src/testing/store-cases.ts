import type { StoreCase } from './store-cases/case.js'
import { creationCases } from './store-cases/creation.js'
import { deadlineCases } from './store-cases/deadlines.js'
import { deletionCases } from './store-cases/deletion.js'
import { evictionCases } from './store-cases/eviction.js'
import { feedCases } from './store-cases/feed.js'
import { recoveryCases } from './store-cases/recovery.js'
import { replacementCases } from './store-cases/replacement.js'
import { rotationCases } from './store-cases/rotation.js'

export type { StoreCase, StoreUnderTest } from './store-cases/case.js'

/**
 * The contract of a session store as named cases, for any test runner. Each case uses its own subjects, so cases may
 * share a store and run at the same time. A case rejects with an `AssertionError` if the store breaks its rule.
 *
 * @example
 * for (const { name, run } of storeCases) test(name, () => run({ store, elapse }))
 */
export const storeCases: readonly StoreCase[] = [
  ...creationCases,
  ...evictionCases,
  ...replacementCases,
  ...rotationCases,
  ...recoveryCases,
  ...deadlineCases,
  ...deletionCases,
  ...feedCases,
]
