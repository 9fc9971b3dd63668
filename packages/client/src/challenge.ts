/**
 * Whether `WWW-Authenticate` asks for a Bearer token, as RFC 9110 section 11.6.1 writes it. There may be several challenges in
 * one header, and schemes are in any case. In a quoted string, or as the name of a parameter, the word is no scheme.
 */
export const hasBearerChallenge = (header: string | null): boolean =>
  /(^|,)\s*bearer(?!\s*=|[^\s,])/i.test(`${header}`.replace(/"(\\.|[^"\\])*"?/g, '"'))
