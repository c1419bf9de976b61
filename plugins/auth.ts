import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { Transport } from '../schemas/session.js'
import { problem } from '../src/errors.js'
import { credentialOf } from './auth/credential.js'
import { signToken, verifyToken } from './auth/tokens.js'

/** Who sends a request, by which session, carried how. */
export interface Identity { id: string, sessionId: string, transport: Transport }

export interface Auth {
  /** Signs the user in, in place of whoever the request came from; a bearer token goes into the body of the answer. */
  signIn (request: FastifyRequest, reply: FastifyReply, userId: string, transport: Transport): Promise<{ accessToken?: string, expiresIn?: number }>
  /** Ends the session that the request came with, if any. */
  signOut (request: FastifyRequest, reply: FastifyReply): Promise<void>
}

declare module 'fastify' {
  interface FastifyInstance { auth: Auth }
  interface FastifyContextConfig {
    /** Answers people who are not signed in, too; every other route does not. */
    public?: boolean
    /** A public route that begins or ends sessions: it minds who is signed in, and refuses pages of other sites. */
    changesSession?: boolean
  }
}

declare module '@fastify/jwt' {
  /** `request.user`: null where nobody is signed in, which only a public route can meet. */
  interface FastifyJWT { user: Identity }
}

/** Every request is somebody's, unless its route is public: the session of its one credential says whose (S-043). */
export default fp(async function authPlugin (app) {
  app.addHook('onRequest', async (request) => {
    const { public: isPublic, changesSession } = request.routeOptions.config
    if (request.is404 || (isPublic && !changesSession)) return
    const identity = await identify(request)
    if (identity) request.user = identity
    else if (!isPublic) throw problem('UNAUTHENTICATED')
  })
  app.decorate('auth', { signIn, signOut })
}, { name: 'auth', dependencies: ['cookies', 'jwt', 'stores'] })

async function identify (request: FastifyRequest): Promise<Identity | null> {
  const { server } = request
  const credential = credentialOf(request)
  const claims = credential && await verifyToken(server, credential)
  const session = claims && await server.stores.sessions.find(claims.sub, claims.sid)
  return session && { id: claims.sub, sessionId: session.id, transport: claims.typ }
}

async function signIn (request: FastifyRequest, reply: FastifyReply, userId: string, transport: Transport) {
  const { server } = request
  await endSession(request)
  const secret = await server.stores.sessions.start(userId)
  const { token, expiresIn } = signToken(server, userId, secret, transport)
  if (transport === 'bearer') return { accessToken: token, expiresIn }
  server.cookies.write(reply, token)
  return {}
}

async function signOut (request: FastifyRequest, reply: FastifyReply): Promise<void> {
  await endSession(request)
  if (request.headers.authorization !== undefined) return // the cookie was not looked at, and may be somebody else's
  request.server.cookies.clear(reply)
  reply.header('clear-site-data', '"cache", "cookies", "storage"')
}

async function endSession ({ server, user }: FastifyRequest): Promise<void> {
  if (user) await server.stores.sessions.end(user.id, user.sessionId)
}
