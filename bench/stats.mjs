/** The value below which a share of all lies, between neighbours as numpy does it. */
export function quantile(values, share) {
  const sorted = [...values].sort((one, other) => one - other)
  const place = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  return below + (above - below) * (place - Math.floor(place))
}

export const median = values => quantile(values, 0.5)

/** Median, and the distance between the quartiles in percent of it. */
export function summary(values) {
  const middle = median(values)
  return { median: middle, spread: ((quantile(values, 0.75) - quantile(values, 0.25)) / middle) * 100 }
}

/** The ratio of two that were measured in the same rounds, as far as both were: the median of the rounds' ratios. */
export function ratio(values, others) {
  return median(values.slice(0, others.length).map((value, round) => value / others[round]))
}
