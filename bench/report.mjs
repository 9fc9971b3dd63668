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

/** A goal: what it asks, what came out, and whether that is it. */
export const goal = (text, outcome, met) => ({ text, outcome, met })

export function goals(all) {
  const rows = all.map(({ text, outcome, met }) => [text, outcome, met ? 'met' : '**missed**'])
  return table(['goal', 'here', ''], rows)
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
  return [goal(text, `${byRate} by requests, ${byCpu} by CPU`, Math.min(byRate, byCpu) >= least)]
}
