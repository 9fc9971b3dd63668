// Logs in, asks for a guarded route and refreshes, over HTTP.
export async function visit(base, guarded) {
  const post = (path, body) =>
    fetch(base + path, { method: 'POST', ...(body && { body: new URLSearchParams(body) }) })
  const { refresh_token } = await (await post('/login')).json()
  const refreshed = await (await post('/auth/refresh', { grant_type: 'refresh_token', refresh_token })).json()
  const headers = { authorization: `Bearer ${refreshed.access_token}` }
  const statuses = []
  for (const path of guarded) {
    statuses.push((await fetch(base + path)).status)
    const { sub } = await (await fetch(base + path, { headers })).json()
    statuses.push(sub)
  }
  return statuses.join(' ')
}
