import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { EngineError } from '../errors.js'

/** SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's side, without channel binding. */
export const MECHANISM = 'SCRAM-SHA-256'

/** mongod's default; drivers refuse less than 4,096. */
const ITERATIONS = 15_000
const KEY_BYTES = 32

/** What a server keeps of a password: enough to check a proof, not enough to make one. */
export interface ScramCredentials {
  readonly user: string
  readonly salt: Buffer
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

/** Takes a password of ASCII letters and digits, which SASLprep leaves as it is. */
export function deriveCredentials (user: string, password: string): ScramCredentials {
  const salt = randomBytes(KEY_BYTES)
  const salted = pbkdf2Sync(password, salt, ITERATIONS, KEY_BYTES, 'sha256')
  return { user, salt, storedKey: hash(hmac(salted, 'Client Key')), serverKey: hmac(salted, 'Server Key') }
}

/** One sign-in: `start` answers the client's first message, `finish` its proof. A failure ends it for good. */
export class ScramConversation {
  readonly #credentials: ScramCredentials
  #nonce = ''
  #firstMessages = ''

  constructor (credentials: ScramCredentials) {
    this.#credentials = credentials
  }

  get user (): string {
    return this.#credentials.user
  }

  /** Takes `n,,n=user,r=nonce` and returns `r=…,s=salt,i=iterations`. */
  start (message: string): string {
    const [, user, clientNonce] = /^n,,n=([^,]+),r=([\x21-\x2b\x2d-\x7e]+)$/.exec(message) ?? refuse()
    if (user !== this.#credentials.user) refuse()
    this.#nonce = clientNonce + randomBytes(24).toString('base64')
    const answer = `r=${this.#nonce},s=${this.#credentials.salt.toString('base64')},i=${ITERATIONS}`
    this.#firstMessages = `${message.slice('n,,'.length)},${answer}`
    return answer
  }

  /** Takes `c=biws,r=nonce,p=proof` and returns `v=signature`, by which the client knows the server. */
  finish (message: string): string {
    const [, withoutProof, nonce, proof] = /^(c=biws,r=([^,]+)),p=([A-Za-z0-9+/=]+)$/.exec(message) ?? refuse()
    if (this.#nonce === '' || nonce !== this.#nonce) refuse()
    const signed = `${this.#firstMessages},${withoutProof}`
    const { storedKey, serverKey } = this.#credentials
    const clientKey = xor(Buffer.from(proof, 'base64'), hmac(storedKey, signed))
    if (!timingSafeEqual(hash(clientKey), storedKey)) refuse()
    return `v=${hmac(serverKey, signed).toString('base64')}`
  }
}

/** One answer for whatever is wrong: it must not tell a wrong name from a wrong password. */
export function refuse (): never {
  throw new EngineError('AuthenticationFailed', 'Authentication failed.')
}

function xor (proof: Buffer, signature: Buffer): Buffer {
  if (proof.length !== signature.length) refuse()
  return Buffer.from(signature.map((byte, index) => byte ^ proof[index]))
}

function hmac (key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function hash (key: Buffer): Buffer {
  return createHash('sha256').update(key).digest()
}
