import { labels, type Name, promises } from './counts.js'
import type { Result } from './run.js'

/** Rows of cells in columns, the first to the left and the others to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
  return rows.map(line).join('\n')
}

const figure = (value: number): string => value.toLocaleString('en-US')

export function tableOf(results: readonly Result[]): string {
  const names = Object.keys(labels) as Name[]
  const head = ['', ...results.map(({ topology }) => topology)]
  const row = (name: Name): string[] => [
    `${name in promises ? '0 = kept: ' : ''}${labels[name]}`,
    ...results.map(({ counts }) => figure(counts.totals[name])),
  ]
  const seconds = ['seconds', ...results.map(each => figure(Math.round(each.seconds)))]
  const faults = results.flatMap(({ topology, faults, counts }) =>
    Object.entries(faults).map(([kind, times]) => [
      `${topology}, ${kind}`,
      figure(times),
      ((counts.longest[kind] ?? 0) / 1000).toFixed(1),
      figure(counts.lost[kind] ?? 0),
    ]),
  )
  const faultHead = ['fault', 'times', 'longest wait of a user, s', 'log-ins lost']
  return `${columns([head, seconds, ...names.map(row)])}\n\n${columns([faultHead, ...faults])}`
}
