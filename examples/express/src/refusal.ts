/** An error that the app answers by its status and message. */
export function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode })
}
