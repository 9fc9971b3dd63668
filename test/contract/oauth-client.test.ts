// A client of OAuth that knows nothing of us: openid-client, which is certified.
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  None,
  refreshTokenGrant,
  tokenRevocation,
} from 'openid-client'
import { rule, stateOf } from './rule.js'

function configuration(port: number, authentication: ReturnType<typeof None>): Configuration {
  const issuer = `http://127.0.0.1:${port}`
  const server = {
    issuer,
    token_endpoint: `${issuer}/auth/refresh`,
    revocation_endpoint: `${issuer}/auth/revoke`,
  }
  const made = new Configuration(server, 'app', undefined, authentication)
  allowInsecureRequests(made)
  return made
}

const authentications = {
  none: None(),
  client_secret_post: ClientSecretPost('secret'),
  client_secret_basic: ClientSecretBasic('secret'),
}

/** The `error` that the client has read in the answer. */
const refusal = (answer: Promise<unknown>): Promise<unknown> =>
  answer.then(
    () => 'none',
    ({ error }) => error,
  )

rule('a stock OAuth client refreshes, asks for less scope, and revokes', async (t, world) => {
  const app = await world.start()
  for (const [name, authentication] of Object.entries(authentications)) {
    const client = configuration(app.port, authentication)
    const { refreshToken } = await app.tokens.issue({
      subject: name,
      scope: 'read write',
      transport: 'body',
    })
    const first = await refreshTokenGrant(client, refreshToken)
    t.match(first, { token_type: 'bearer', expires_in: 600, scope: 'read write' }, name)
    t.match(app.tokens.verify(first.access_token), { sub: name })
    const second = await refreshTokenGrant(client, first.refresh_token ?? '', { scope: 'read' })
    t.equal(second.scope, 'read')
    t.equal(
      await refusal(refreshTokenGrant(client, second.refresh_token ?? '', { scope: 'admin' })),
      'invalid_scope',
    )
    await tokenRevocation(client, second.refresh_token ?? '', { token_type_hint: 'refresh_token' })
    t.same(await stateOf(app, name), [])
    t.equal(await refusal(refreshTokenGrant(client, second.refresh_token ?? '')), 'invalid_grant')
    await tokenRevocation(client, second.refresh_token ?? '')
  }
})
