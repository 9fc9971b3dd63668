export { createClient } from './client.js'
export { ClientError, type ClientErrorCode } from './errors.js'
export type { Client, ClientOptions, TokenAnswer } from './options.js'
