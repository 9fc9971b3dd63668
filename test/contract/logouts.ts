// The two ways to log out, which do the same, and what each answers.
import { names } from './http.js'

export const logouts = [
  { url: '/auth/logout', status: 204, text: '', headers: {} },
  {
    url: '/leave',
    status: 200,
    text: '{"left":true}',
    headers: { 'content-type': 'application/json; charset=utf-8', 'content-length': '13' },
  },
] as const

export const cleared: readonly string[] = [names.access, names.refresh].map(
  name => `${name}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax; Priority=High`,
)
