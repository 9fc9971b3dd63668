/** The application's own claims. They are those of `Express.User` once `@tokenratchet/express/user` is imported. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface User {}
