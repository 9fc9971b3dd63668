/** The application's own claims: those of `Express.User`, where `@tokenratchet/express/user` is imported. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface User {}
