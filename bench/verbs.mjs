// A process with the verbs alone, by mitata. HTTP, Redis and other contestants are elsewhere.

import { randomBytes } from 'node:crypto'
import process from 'node:process'
import { createTokens, memoryStore } from '@tokenratchet/core'
import jwt from 'jsonwebtoken'
import { measure } from 'mitata'
import { claims, each, ed25519, secret, shared, subject } from './contestants/common.mjs'

process.once('disconnect', () => process.exit())

const { rounds, milliseconds, tokens: many } = JSON.parse(process.argv[2])

let storeCalls = 0
const store = counting(memoryStore())
const hs256 = createTokens({ secret, store })
const eddsa = createTokens({ secret, store, signingKeys: ed25519() })
const stranger = createTokens({ secret: randomBytes(32).toString('base64'), store: memoryStore() })

const issue = (tokens, count) =>
  each(count, index => tokens.issue({ subject: subject(index), claims: { role: 'member' } }))
// More than the cache holds: one after another, each has fallen out when it comes again.
const ofHs256 = (await issue(hs256, many)).map(({ accessToken }) => accessToken)
const ofEdDsa = (await issue(eddsa, many)).map(({ accessToken }) => accessToken)
const { refreshToken } = await hs256.issue({ subject: subject(0) })
const [{ refreshToken: strange }] = await issue(stranger, 1)
const forged = `${refreshToken.slice(0, -8)}AAAAAAAA`
const plain = jwt.sign(claims(0), secret, { expiresIn: '10m' })

const { publicKey: keyObject } = shared(true)

const oneOf =
  (tokens, next = 0) =>
  () =>
    tokens[next++ % tokens.length]
/** As long as the genuine one, in the same letters. */
const garbage = token =>
  token.replace(/[^.]+/g, each => randomBytes(each.length).toString('base64url').slice(0, each.length))
const garbageLike = token => oneOf(Array.from({ length: 1000 }, () => garbage(token)))
const next = {
  hs256: oneOf(ofHs256),
  eddsa: oneOf(ofEdDsa),
  access: garbageLike(ofHs256[0]),
  refresh: garbageLike(refreshToken),
}

const verbs = {
  'verify, cached, HS256': () => hs256.verify(ofHs256[0]),
  'verify, cached, EdDSA': () => eddsa.verify(ofEdDsa[0]),
  'verify, not cached, HS256': () => hs256.verify(next.hs256()),
  'verify, not cached, EdDSA': () => eddsa.verify(next.eddsa()),
  'jsonwebtoken.verify, HS256': () => jwt.verify(plain, secret, { algorithms: ['HS256'] }),
  'jsonwebtoken.verify, HS256, a KeyObject': () => jwt.verify(plain, keyObject, { algorithms: ['HS256'] }),
  'access token: garbage': refusing(() => hs256.verify(next.access())),
  'access token: forged': refusing(() => hs256.verify(`${ofHs256[0].slice(0, -8)}AAAAAAAA`)),
  'refresh token: garbage': refusingLater(() => hs256.refresh(next.refresh())),
  'refresh token: of another secret': refusingLater(() => hs256.refresh(strange)),
  'refresh token: all good but the MAC': refusingLater(() => hs256.refresh(forged)),
}

const results = Object.fromEntries(Object.keys(verbs).map(name => [name, []]))
storeCalls = 0
for (let round = 0; round < rounds; round++) {
  for (const [name, verb] of Object.entries(verbs)) {
    const { p50 } = await measure(verb, { min_cpu_time: milliseconds * 1e6 })
    results[name].push(p50)
  }
}
process.send({ results, storeCalls })

function counting(inner) {
  // The feed is asked every second, whoever is refused.
  const uncounted = ['revokedSince', 'onWarning', 'shardOf']
  const methods = Object.entries(inner).map(([name, member]) => [
    name,
    typeof member !== 'function'
      ? member
      : (...args) => {
          storeCalls += uncounted.includes(name) ? 0 : 1
          return member.apply(inner, args)
        },
  ])
  return Object.fromEntries(methods)
}

/** Measured with the error that it throws: a server has to make it as well. */
function refusing(verb) {
  return () => {
    try {
      verb()
    } catch {
      return
    }
    throw new Error('was taken')
  }
}

function refusingLater(verb) {
  return async () => {
    try {
      await verb()
    } catch {
      return
    }
    throw new Error('was taken')
  }
}
