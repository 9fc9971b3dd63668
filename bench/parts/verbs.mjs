// 6. The verbs alone.

import { end, messageOf, startModule } from '../processes.mjs'
import { atLeast, atMost, fixed, goal, goals, table, whole } from '../report.mjs'
import { summary } from '../stats.mjs'

const floor = 100_000

export async function verbs({ settings }) {
  const child = startModule('verbs.mjs', settings.verbs)
  try {
    const { results, storeCalls } = await messageOf(child)
    const rows = Object.entries(results).map(([name, nanoseconds]) => ({ name, ...summary(nanoseconds) }))
    const figures = table(
      ['', 'µs', 'IQR', 'per second'],
      rows.map(({ name, median, spread }) => [
        name,
        fixed(median / 1000),
        `${fixed(spread, 0)} %`,
        whole(1e9 / median),
      ]),
    )
    // Random text in the form of a token. Forgeries are told of as well: they are made of genuine ones.
    const garbage = rows.filter(({ name }) => name.endsWith(': garbage'))
    const each = garbage.map(({ name, median }) =>
      goal(`${name}: refused per second`, atLeast(floor), whole(1e9 / median), 1e9 / median >= floor),
    )
    const asking = goal(
      'calls of the store by all that is refused',
      atMost(0),
      whole(storeCalls),
      storeCalls === 0,
    )
    return `## The verbs alone\n\n${figures}\n\n${goals([...each, asking])}`
  } finally {
    await end(child)
  }
}
