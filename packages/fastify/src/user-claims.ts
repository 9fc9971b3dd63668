/**
 * The application's own claims. Declare them once, and `request.user` and the `claims` of `issueTokens` have their
 * types.
 *
 * @example
 * ```ts
 * import '@tokenratchet/fastify/user'
 * declare module '@tokenratchet/fastify/user' {
 *   interface User { role: 'admin' | 'member' }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it by declaration merging
export interface User {}
