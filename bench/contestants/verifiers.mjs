// What a guard that somebody writes without a plugin calls. `best` is each library at its best; without it, each is used
// as its README shows.
//
// A verifier has `verify(headers)`, which returns the claims or throws, and resolves to them if it `isAsync`; and
// `credential(index)`, which makes what a client sends.

import { createSecretKey, randomBytes, subtle } from 'node:crypto'
import { createVerifier } from 'fast-jwt'
import { jwtVerify } from 'jose'
import jwt from 'jsonwebtoken'
import { connect } from '../redis-server.mjs'
import { claims, secret } from './common.mjs'

export const verifiers = { 'fast-jwt': fastJwt, jose, jsonwebtoken, 'Redis GET': redisGet }

const algorithms = ['HS256']

/** At its best: the cache, with the token itself as the key instead of a hash of it. */
function fastJwt({ best }) {
  const cache = best && { cache: 10_000, cacheKeyBuilder: token => token }
  const verifyToken = createVerifier({ key: secret, algorithms, ...cache })
  return { credential: bearer, verify: headers => verifyToken(tokenIn(headers)) }
}

/** At its best: a key that was imported once. */
async function jose({ best }) {
  const bytes = Buffer.from(secret)
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = best ? await subtle.importKey('raw', bytes, algorithm, false, ['verify']) : bytes
  return {
    credential: bearer,
    isAsync: true,
    verify: async headers => (await jwtVerify(tokenIn(headers), key, { algorithms })).payload,
  }
}

/** At its best: a KeyObject. A secret that is text is tried as a key in PEM first, and that fails slowly. */
function jsonwebtoken({ best }) {
  const key = best ? createSecretKey(Buffer.from(secret)) : secret
  return { credential: bearer, verify: headers => jwt.verify(tokenIn(headers), key, { algorithms }) }
}

/** The least that a guard with sessions in Redis can do: one GET for each request. */
function redisGet({ redis, best }) {
  // Commands of requests that arrive together are sent together.
  const client = connect(redis, { enableAutoPipelining: best })
  return {
    isAsync: true,
    async credential(index) {
      const id = randomBytes(16).toString('base64url')
      const said = claims(index)
      await client.set(`session:${id}`, JSON.stringify(said), 'EX', 3600)
      return { subject: said.sub, cookie: { cookie: `id=${id}` } }
    },
    async verify({ cookie = '' }) {
      const [, id] = /(?:^|; )id=([^;]*)/.exec(cookie) ?? []
      const session = id && (await client.get(`session:${id}`))
      if (!session) {
        throw new Error('no session')
      }
      return JSON.parse(session)
    },
  }
}

function bearer(index) {
  const said = claims(index)
  const token = jwt.sign(said, createSecretKey(Buffer.from(secret)), { expiresIn: '10m' })
  return { subject: said.sub, bearer: { authorization: `Bearer ${token}` } }
}

function tokenIn({ authorization = '' }) {
  return authorization.startsWith('Bearer ') ? authorization.slice(7) : ''
}
