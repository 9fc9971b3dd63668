// What the contestants share: the users, the claims that a token says of them, and keys that no run shares.

import { createSecretKey, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createClient } from 'redis'

export const secret = randomBytes(32).toString('base64')

export const subject = index => `0f0f0f0f-0f0f-4f0f-8f0f-${String(index).padStart(12, '0')}`

/** As many claims as ours put into a token, for those who don't. */
export const claims = index => ({
  sub: subject(index),
  sid: randomBytes(16).toString('base64url'),
  jti: randomUUID(),
  role: 'member',
})

export const ed25519 = () => generateKeyPairSync('ed25519').privateKey

export const rsa = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })

/** The secret as text, as READMEs have it, which jsonwebtoken takes for a PEM first; or as what it makes of it at last. */
export function shared(keyObject) {
  const key = keyObject ? createSecretKey(Buffer.from(secret)) : secret
  return { publicKey: key, privateKey: key }
}

/** Of the first so many users, by `make(index)`, not all at a time. */
export async function each(count, make) {
  const all = []
  for (let first = 0; first < count; first += 200) {
    const size = Math.min(200, count - first)
    all.push(...(await Promise.all(Array.from({ length: size }, (_, index) => make(first + index)))))
  }
  return all
}

export async function listenFastify(app) {
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { port: app.server.address().port, server: app.server }
}

export async function listenExpress(app) {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { port: server.address().port, server }
}

export async function nodeRedis(path) {
  const client = createClient({ socket: { path } })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** The name and value of a cookie, from the header that sets it. */
export const cookieOf = response => response.headers['set-cookie'].toString().split(';')[0]
