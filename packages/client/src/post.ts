/** Sends parameters as a form, and cookies where tokens travel in them. */
export type Post = (url: URL, parameters: Record<string, string>) => Promise<Answer>

/**
 * What a server says for good, and `failure` when that is a refusal. Without `response` it has said nothing: it is in
 * trouble itself, or not to be reached.
 */
export type Answer = { response?: Response; failure?: Failure | undefined }

export type Failure = Response | Error

/** Milliseconds after which a request counts as lost. */
const patience = 10_000

/** @returns what never rejects */
export function poster(send: typeof fetch, inCookies: boolean): Post {
  return async (url, parameters) => {
    try {
      const response = await send(url, {
        method: 'POST',
        // A cookie and a token in the body would contradict each other.
        credentials: inCookies ? 'include' : 'omit',
        body: new URLSearchParams(parameters),
        // The page of a captive portal is no answer.
        redirect: 'error',
        // The cookies arrive though the tab is closed now.
        keepalive: true,
        signal: AbortSignal.timeout(patience),
      })
      const { ok, status } = response
      // 429, and from 500 on.
      if (status > 428) {
        // A copy: the signal takes the body of this one away.
        return { failure: new Response(await response.blob(), response) }
      }
      return { response, failure: ok ? undefined : new Error(`${url}: ${status}`) }
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
