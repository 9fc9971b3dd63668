import { isTokenError, StoreUnavailableError } from '@tokenratchet/core'

/** An outage of our own making, with its explanation. */
export function faulty(message: string): StoreUnavailableError {
  return new StoreUnavailableError({ cause: new Error(`SQLite: ${message}`) })
}

/** Turns any error of SQLite into an outage. Its text names tables and codes, never values. */
export function unavailable(error: unknown): StoreUnavailableError {
  if (isTokenError(error) && error.code === 'ERR_STORE_UNAVAILABLE') {
    return error as StoreUnavailableError
  }
  return new StoreUnavailableError({ cause: error })
}

/** Whether another connection holds the lock that a transaction needs. */
export function isBusy(error: unknown): boolean {
  const { code, errcode, message } = (error ?? {}) as { code?: unknown; errcode?: unknown; message?: unknown }
  return (
    (typeof code === 'string' && /^SQLITE_(BUSY|LOCKED)/.test(code)) ||
    (typeof errcode === 'number' && [5, 6].includes(errcode & 0xff)) ||
    /database (table )?is locked/.test(`${message}`)
  )
}
