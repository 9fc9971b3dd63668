// Markdown.

import { ratio } from './stats.mjs'

const digits = new Intl.NumberFormat('en')

export const whole = number => digits.format(Math.round(number))
export const fixed = (number, places = 2) => number.toFixed(places)

export function table(heads, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  const ruler = heads.map((_, column) => (column === 0 ? '---' : '---:'))
  return [line(heads), line(ruler), ...rows.map(line)].join('\n')
}

/** A goal: what is measured, what it should be (`atLeast` or `atMost`), what came out, and whether that is it. */
export const goal = (text, bound, outcome, met) => ({ text, bound, outcome, met })

export const atLeast = bound => `≥ ${digits.format(bound)}`
export const atMost = bound => `≤ ${digits.format(bound)}`

/** A goal for a figure, judged as it is shown: with so many places. */
export const atMostGoal = (text, bound, value, places) =>
  goal(text, atMost(bound), fixed(value, places), Number(fixed(value, places)) <= bound)

export function goals(all) {
  const rows = all.map(({ text, bound, outcome, met }) => [text, bound, outcome, met ? 'met' : '**missed**'])
  return table(['goal', 'bound', 'here', ''], rows)
}

/** That one does so many times what another does, by requests and by CPU; no goal where one of them was left out. */
export function comparison(text, one, other, least) {
  if (one === undefined || other === undefined) {
    return []
  }
  const [byRate, byCpu] = [ratio(one.rates, other.rates), ratio(other.cpus, one.cpus)].map(each =>
    fixed(each),
  )
  // Judged as it is shown.
  return [
    goal(text, atLeast(least), `${byRate} by requests, ${byCpu} by CPU`, Math.min(byRate, byCpu) >= least),
  ]
}
