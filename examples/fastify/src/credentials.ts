// The body of a registration and of a login: what it must be, and what to say when it is not.

export interface Credentials {
  email: string
  password: string
}

export interface Rules {
  /** For people: a schema's own would show them the pattern. */
  message: string
  /** JSON Schema. */
  schema: object
}

const email = {
  type: 'string',
  maxLength: 254,
  // Only a mail to it would prove more. \p{C}: no control, invisible or broken characters, which
  // would make two addresses that look the same.
  pattern: '^\\s*[^\\s@\\p{C}]+@[^\\s@\\p{C}]+\\.[^\\s@.\\p{C}]+\\s*$',
}

export const registration: Rules = {
  message: 'An email address and a password of 8 to 128 characters are required',
  schema: schemaOf({
    email,
    // In characters of at most four bytes each. The upper bound keeps hashing cheap.
    password: { type: 'string', minLength: 8, maxLength: 128 },
  }),
}

export const login: Rules = {
  message: 'An email address and a password are required',
  schema: schemaOf({
    email,
    // A password that is too short is just a wrong one.
    password: { type: 'string', maxLength: 128 },
  }),
}

function schemaOf(properties: Record<keyof Credentials, object>): object {
  return { type: 'object', required: Object.keys(properties), properties }
}

/** One person, one account, however the address is typed. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase()
}
