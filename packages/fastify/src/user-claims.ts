/**
 * The application's own claims, for the application to declare:
 *
 * ```ts
 * import '@tokenratchet/fastify/user'
 * declare module '@tokenratchet/fastify/user' {
 *   interface User { role: 'admin' | 'member' }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it by declaration merging
export interface User {}
