// The body of a registration and of a login.

export interface Credentials {
  email: string
  password: string
}

const email = {
  type: 'string',
  maxLength: 254,
  // Only a mail to it would prove more. \p{C}: no control, invisible or broken characters, which
  // would make two addresses that look the same.
  pattern: '^\\s*[^\\s@\\p{C}]+@[^\\s@\\p{C}]+\\.[^\\s@.\\p{C}]+\\s*$',
}

export const registration = bodyOf('An email address and a password of 8 to 128 characters are required', {
  email,
  // In characters of at most four bytes each. The upper bound keeps hashing cheap.
  password: { type: 'string', minLength: 8, maxLength: 128 },
})

export const login = bodyOf('An email address and a password are required', {
  email,
  // A password that is too short is just a wrong one.
  password: { type: 'string', maxLength: 128 },
})

/** Route options. The message is for people: a schema's own would show them the pattern. */
function bodyOf(message: string, properties: Record<keyof Credentials, object>) {
  return {
    schema: { body: { type: 'object', required: Object.keys(properties), properties } },
    schemaErrorFormatter: () => new Error(message),
  }
}

/** One person, one account, however the address is typed. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase()
}
