// How long each part takes. Warmed up for less, V8 has not optimised a framework yet, and is measured itself. The figures
// of a smoke run mean nothing: it shows that all works.

export const full = {
  variants: true,
  memory: {
    processes: 3,
    warmUp: { requests: 20_000, seconds: 4 },
    rounds: 40,
    batch: 256,
    rotations: { batches: 10, batch: 400 },
  },
  boot: { rounds: 15 },
  guard: { processes: 3, warmUp: 1.2, rounds: 3, limit: { seconds: 0.3 } },
  different: { warmUp: 2, tokens: 100_000, once: 3000, rounds: 3, limit: { seconds: 0.5 } },
  refresh: { warmUp: 2, rounds: 5, limit: { seconds: 0.4 } },
  scale: {
    sizes: [1000, 100_000, 1_000_000],
    active: 10_000,
    rounds: 10,
    refreshes: 1500,
    revocations: [0, 1000, 100_000],
    idle: 3,
  },
  verbs: { rounds: 3, milliseconds: 150, tokens: 12_000 },
}

export const smoke = {
  variants: false,
  memory: {
    processes: 1,
    warmUp: { requests: 0, seconds: 0 },
    rounds: 1,
    batch: 64,
    rotations: { batches: 1, batch: 64 },
  },
  boot: { rounds: 1 },
  guard: { warmUp: 0, rounds: 1, limit: { requests: 64 } },
  different: { warmUp: 0, tokens: 128, once: 64, rounds: 1, limit: { requests: 64 } },
  refresh: { warmUp: 0, rounds: 1, limit: { requests: 64 } },
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

/** Clients of all HTTP parts, in memory and over sockets. */
export const connections = 64
