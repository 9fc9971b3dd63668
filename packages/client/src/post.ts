/** Sends parameters as a form; without any, nothing but the cookies. */
export type Post = (url: URL, parameters?: Record<string, string> | '') => Promise<Answer>

/** What a server says for good, or else why it says nothing: in trouble itself, or not to be reached. */
export type Answer = { response: Response; failure?: never } | { response?: never; failure: Failure }

export type Failure = Response | Error

/** Milliseconds after which a request counts as lost. */
const patience = 10_000

/** @returns what never rejects */
export function poster(send: typeof fetch): Post {
  return async (url, parameters) => {
    try {
      const response = await send(url, {
        method: 'POST',
        // A cookie and a token in the body would contradict each other.
        credentials: parameters ? 'omit' : 'include',
        ...(parameters && { body: new URLSearchParams(parameters) }),
        // The page of a captive portal is no answer.
        redirect: 'error',
        // The cookies arrive though the tab is closed now.
        keepalive: true,
        signal: AbortSignal.timeout(patience),
      })
      return response.status > 499 || response.status === 429 ? { failure: response } : { response }
    } catch (error) {
      return { failure: error as Error }
    }
  }
}

/** What the application gets in place of the answer that it asked for. */
export function answerOf(failure: Failure): Response {
  if ('status' in failure) {
    return failure.clone()
  }
  throw failure
}
