export { createClient } from './client.js'
export type { Client, ClientOptions, TokenAnswer } from './options.js'
