export type { ClientOptions, TokenAnswer } from './options.js'
