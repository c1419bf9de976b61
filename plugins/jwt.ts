import { createHash } from 'node:crypto'
import jwt from '@fastify/jwt'
import fp from 'fastify-plugin'
import type { SessionClaims } from '../schemas/session.js'

declare module '@fastify/jwt' {
  interface FastifyJWT { payload: Omit<SessionClaims, 'iat' | 'exp'> }
}

/**
 * Signs and verifies JSON Web Tokens with HS256 alone (S-055). The first secret signs, all of them verify, and a
 * token names the one that it was signed with (S-059). Verified tokens are not cached (S-044).
 */
export default fp(async function jwtPlugin (app) {
  const secrets = new Map(app.config.sessionSecrets.map((secret) => [keyId(secret), secret]))
  const [kid, secret] = [...secrets][0]
  await app.register(jwt, {
    secret: { private: secret, public: secretOf },
    sign: { algorithm: 'HS256', kid },
    verify: { algorithms: ['HS256'], requiredClaims: ['exp', 'iat'] }
  })

  async function secretOf ({ header }: { header: { kid?: string } }): Promise<string> {
    const secret = secrets.get(header.kid ?? '')
    if (secret === undefined) throw new Error('the token was not signed with a secret of this server')
    return secret
  }
}, { name: 'jwt', dependencies: ['config'] })

/** Tells secrets apart and tells nothing about them. */
function keyId (secret: string): string {
  return createHash('sha256').update(`key id of ${secret}`).digest('base64url').slice(0, 11)
}
