/**
 * Whether an answer is a 401 that asks for a Bearer token. RFC 9110 section 11.6.1: one header may hold several challenges,
 * and schemes are in any case. In a quoted string, or as the name of a parameter, the word is not a scheme.
 */
export const asksForBearer = ({ status, headers }: Response): boolean =>
  status === 401 &&
  /(^|,)\s*bearer(?!\s*=|[^\s,])/i.test(
    `${headers.get('www-authenticate')}`.replace(/"(\\.|[^"\\])*"?/g, '"'),
  )
