// The table of contestants in memory.

import { figuresOf, overFloor } from './memory-rounds.mjs'
import { fixed, table } from './report.mjs'

/** @param floorOf returns the row that another one is compared with */
export function figures(rows, floorOf) {
  return table(
    ['', 'sent as', 'CPU', 'p10', 'over the floor', 'IQR', 'of each process'],
    rows.map(row => {
      const { median, p10 } = figuresOf(row)
      const over = overFloor(row, floorOf(row))
      const isFloor = row === floorOf(row)
      return [
        row.name,
        row.way,
        `${fixed(median, 1)} µs`,
        `${fixed(p10, 1)} µs`,
        isFloor ? 'the floor' : `${fixed(over.median, 1)} µs`,
        isFloor ? '' : `${fixed(over.quartiles, 1)} µs`,
        isFloor ? '' : over.medians.map(each => fixed(each, 1)).join(', '),
      ]
    }),
  )
}
