import type { FastifyInstance } from 'fastify'
import { Compile } from 'typebox/compile'
import { SessionClaims, type Transport } from '../../schemas/session.js'
import type { Credential } from './credential.js'

const claimsContract = Compile(SessionClaims)
const clockSkewSeconds = 60 // between the servers of one deployment

/** A token that names the session with the secret `sid` of the user `sub`, and its life in seconds. */
export function signToken (app: FastifyInstance, sub: string, sid: string, typ: Transport): { token: string, expiresIn: number } {
  const expiresIn = lifeOf(typ, app)
  return { token: app.jwt.sign({ sub, sid, typ }, { expiresIn }), expiresIn }
}

/** What `token` claims, or null when it is not a token that this server would have signed for `transport`. */
export async function verifyToken (app: FastifyInstance, { token, transport }: Credential): Promise<SessionClaims | null> {
  const claims = await verified(app, token)
  if (!claimsContract.Check(claims) || claims.typ !== transport) return null
  const isFromThePast = claims.iat <= Date.now() / 1000 + clockSkewSeconds
  return isFromThePast && claims.exp - claims.iat <= lifeOf(transport, app) ? claims : null
}

async function verified (app: FastifyInstance, token: string): Promise<unknown> {
  try {
    return await app.jwt.verify<Promise<unknown>>(token)
  } catch {
    return null // Verification reads nothing but the token: whatever it throws, the token is at fault (S-058).
  }
}

function lifeOf (transport: Transport, { config: { limits } }: FastifyInstance): number {
  return transport === 'cookie' ? limits.sessionAbsoluteSeconds : limits.accessTokenSeconds
}
