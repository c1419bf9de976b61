import Type, { type Static } from 'typebox'

/** How a client carries its session: in a cookie of a browser, or in the Authorization header. */
export const Transport = Type.Enum(['cookie', 'bearer'], { default: 'cookie', description: 'How the session is carried' })

export type Transport = Static<typeof Transport>

/** Everything that a session token says. It only names the session; the session's row decides (S-044, S-056). */
export const SessionClaims = Type.Object({
  sub: Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$', description: 'The user' }),
  sid: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'The secret of the session: 256 bits in base64url' }),
  typ: Transport,
  iat: Type.Integer(),
  exp: Type.Integer()
}, { additionalProperties: false })

export type SessionClaims = Static<typeof SessionClaims>
