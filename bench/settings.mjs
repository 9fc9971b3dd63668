// How long each part takes. The figures of a smoke run mean nothing: it shows that all works.

export const full = {
  variants: true,
  guard: { processes: 2, warmUp: 0.8, rounds: 4, limit: { seconds: 0.35 } },
  different: { processes: 1, warmUp: 0.5, tokens: 100_000, once: 5000, rounds: 3, limit: { seconds: 0.5 } },
  refresh: { processes: 2, warmUp: 1, rounds: 3, limit: { seconds: 0.5 } },
  scale: {
    sizes: [1000, 100_000, 1_000_000],
    active: 10_000,
    rounds: 10,
    refreshes: 1500,
    revocations: [0, 1000, 100_000],
    idle: 3,
  },
  verbs: { rounds: 5, milliseconds: 150, tokens: 12_000 },
}

export const smoke = {
  variants: false,
  guard: { processes: 1, warmUp: 0, rounds: 1, limit: { requests: 64 } },
  different: { processes: 1, warmUp: 0, tokens: 128, once: 64, rounds: 1, limit: { requests: 64 } },
  refresh: { processes: 1, warmUp: 0, rounds: 1, limit: { requests: 64 } },
  scale: {
    sizes: [100, 1000],
    active: 100,
    rounds: 1,
    refreshes: 100,
    revocations: [0, 1000],
    idle: 0.2,
  },
  verbs: { rounds: 1, milliseconds: 5, tokens: 100 },
}

/** Clients of all HTTP parts. */
export const connections = 64
