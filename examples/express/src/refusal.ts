// What the client is told about a request that failed.
import { STATUS_CODES } from 'node:http'

/** An error whose message is for the client. */
export function refusal(statusCode: number, message: string) {
  return Object.assign(new Error(message), { statusCode, isForClient: true })
}

/** The body of the response. The messages of other errors may hold a password, or show how the server works. */
export function answerTo(error: Partial<ReturnType<typeof refusal>>) {
  const { statusCode: given = 500, isForClient, message } = error
  const statusCode = given >= 400 && given < 500 ? given : 500
  const name = STATUS_CODES[statusCode]
  return { statusCode, error: name, message: isForClient ? message : name }
}
