// How long the client waits, in seconds. These are constants alone, so that bundlers can put them where they are used.

/** Until a refresh or a log-out without an answer counts as lost. */
export const timeout = 10

/** While requests wait, how long failed refreshes are tried again. */
export const retryTimeout = 5

/** How long a tab waits for the refresh of another, which may be frozen. */
export const turnTimeout = 3

/** How long a tab waits for the log-out of another. */
export const logoutTurnTimeout = 10

/** After the first failure. Each further failure doubles it. */
export const firstDelay = 0.5

/** After many failures, or if the server asks for more. Longer waits would delay the recovery once the server is back. */
export const maxDelay = 60

/** How long nothing is refreshed for a path that refuses a new access token. */
export const pause = 60

/** After that time, in milliseconds, a log-out that the server has not heard is given up. */
export const maxAge = 86_400_000
