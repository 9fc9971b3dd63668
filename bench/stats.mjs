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

/** The ratio of two: of rounds that they had together the median of the rounds' ratios, else that of their medians. */
export function ratio(values, others) {
  return values.length === others.length
    ? median(values.map((value, round) => value / others[round]))
    : median(values) / median(others)
}
