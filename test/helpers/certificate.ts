// A certificate that nobody trusts, for servers of https in tests. Node makes keys, and no certificates.
import { generateKeyPairSync, sign } from 'node:crypto'

export interface Certificate {
  /** PEM. */
  readonly key: string
  readonly cert: string
}

/** Self-signed (RFC 5280), for any name: clients have to be told to accept it. */
export function selfSigned(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // ecdsa-with-SHA256 (RFC 5758 section 3.2)
  const algorithm = sequence(Buffer.from('06082a8648ce3d040302', 'hex'))
  // commonName (RFC 5280 appendix A.1)
  const name = sequence(element(0x31, sequence(Buffer.from('0603550403', 'hex'), text('tokenratchet'))))
  const content = sequence(
    element(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    sequence(utcTime('200101000000Z'), utcTime('491231235959Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', content, privateKey)])
  const der = sequence(content, algorithm, element(0x03, signature))
  const lines = der.toString('base64').replace(/.{1,64}/g, '$&\n')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
  }
}

/** DER (X.690 sections 8.1 and 10.1): a subjectHash, the length in as few bytes as it takes, the content. */
function element(subjectHash: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.of(subjectHash, ...size), content])
}

function sequence(...contents: readonly Buffer[]): Buffer {
  return element(0x30, ...contents)
}

/** Below 128, where no sign gets in the way. */
const integer = (value: number): Buffer => element(0x02, Buffer.of(value))
const text = (value: string): Buffer => element(0x0c, Buffer.from(value))
const utcTime = (value: string): Buffer => element(0x17, Buffer.from(value))
