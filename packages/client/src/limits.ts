// How long the client waits, in seconds. This file holds only constants, so that bundlers can inline them.

/** How long a refresh or a log-out may take before the client aborts it. */
export const timeout = 10

/** How long a failed refresh is tried again while requests wait for it. */
export const retryTimeout = 5

/** How long a tab waits for the refresh of another tab, which may be frozen. */
export const turnTimeout = 3

/** How long a tab waits for the log-out of another tab. */
export const logoutTurnTimeout = 10

/** The wait after the first failure. Each further failure doubles it. */
export const firstDelay = 0.5

/** The longest wait after failures, even if the server asks for more. A longer wait would delay recovery. */
export const maxDelay = 60

/** How long the client does not refresh again for a path that refused a new access token. */
export const pause = 60

/** How long, in milliseconds, a log-out is tried before the client gives up. */
export const maxAge = 86_400_000
