function mix(hash, seed) {
  let mixed = Math.imul(hash ^ seed, 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** A number in [0, 1) that follows from the seeds. */
export const drawn = (...seeds) => (seeds.reduce(mix, 0x9e3779b9) >>> 0) / 4294967296

/** A seeded generator of numbers in [0, 1), the same on every machine: sfc32, its state by a hash of the seeds. */
export function random(...seeds) {
  let a = seeds.reduce(mix, 0x9e3779b9)
  let b = mix(a, 0x243f6a88)
  let c = mix(b, 0xb7e15162)
  let d = 1
  const next = () => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 4294967296
  }
  for (let round = 0; round < 8; round++) {
    next()
  }
  return next
}

export const between = (next, low, high) => low + (high - low) * next()

export const logBetween = (next, low, high) => low * (high / low) ** next()

export const exponential = (next, mean) => -mean * Math.log(1 - next())

/** Half of them below `median`; `sigma` says how far the others are. */
export function logNormal(next, median, sigma) {
  const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
  return median * Math.exp(sigma * normal)
}

export const pick = (next, from) => from[Math.floor(next() * from.length)]
