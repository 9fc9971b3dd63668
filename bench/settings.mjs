// How long each part takes. The figures of a smoke run mean nothing: it shows that all works.

export const full = {
  guard: { warmUp: 0.6, rounds: 5, limit: { seconds: 0.4 } },
  different: { tokens: 100_000, once: 10_000, rounds: 3, limit: { seconds: 0.5 } },
  refresh: { warmUp: 0.8, rounds: 5, limit: { seconds: 0.6 } },
  scale: {
    sizes: [1000, 100_000, 1_000_000],
    active: 10_000,
    rounds: 10,
    refreshes: 1500,
    revocations: 100_000,
    idle: 3,
  },
  verbs: { rounds: 5, milliseconds: 150, tokens: 12_000 },
}

export const smoke = {
  guard: { warmUp: 0, rounds: 1, limit: { requests: 128 } },
  different: { tokens: 1000, once: 500, rounds: 1, limit: { requests: 128 } },
  refresh: { warmUp: 0, rounds: 1, limit: { requests: 128 } },
  scale: {
    sizes: [100, 1000, 10_000],
    active: 100,
    rounds: 1,
    refreshes: 100,
    revocations: 1000,
    idle: 0.2,
  },
  verbs: { rounds: 1, milliseconds: 5, tokens: 100 },
}

/** Clients of all HTTP parts. */
export const connections = 64
