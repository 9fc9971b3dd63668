/**
 * Returns whether a response is a 401 that asks for a Bearer token. One header may hold several challenges, and the
 * names of schemes are case-insensitive (RFC 9110 section 11.6.1). The word is not a scheme inside a quoted string or
 * as the name of a parameter.
 */
export const asksForBearer = ({ status, headers }: Response): boolean =>
  status === 401 &&
  /(^|,)\s*bearer(?!\s*=|[^\s,])/i.test(
    `${headers.get('www-authenticate')}`.replace(/"(\\.|[^"\\])*"?/g, '"'),
  )
