import process from 'node:process'

const efforts = ['fast', 'whole', 'nightly'] as const

/** How much work a run may be: `pnpm test:fast`, `pnpm test` and single files, or `pnpm test:nightly`. */
export const effort: (typeof efforts)[number] = read(process.env['TOKENRATCHET_EFFORT'])

/**
 * How many random cases to try.
 *
 * @param whole the number of a whole run. A fast run tries a fifth, a nightly run ten times as many
 */
export function runs(whole: number): { numRuns: number } {
  const factor = { fast: 0.2, whole: 1, nightly: 10 }[effort]
  return { numRuns: Math.ceil(whole * factor) }
}

/** A number by which to spread tests over what they could all be tried on: it depends on the name of the test alone. */
export function turnOf(name: string): number {
  return [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0)
}

/**
 * Chooses among what takes long: a nightly run takes all, any other run what is named first.
 *
 * @param whole how many a whole run takes
 */
export function some<T>(all: readonly T[], whole: number): readonly T[] {
  return effort === 'nightly' ? all : all.slice(0, whole)
}

function read(value = 'whole'): (typeof efforts)[number] {
  const found = efforts.find(each => each === value)
  if (found === undefined) {
    throw new Error(`TOKENRATCHET_EFFORT must be one of ${efforts.join(', ')} (got ${value})`)
  }
  return found
}
