import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Login, SignedIn, Signup } from '../../../../schemas/auth.js'
import { problem } from '../../../errors.js'

const tags = ['Account']

export default (async function authRoutes (app) {
  const { auth, passwords, rateLimits, stores } = app

  app.post('/signup', {
    config: { public: true, changesSession: true, rateLimit: rateLimits.signup.perAddress },
    schema: {
      tags,
      summary: 'Make an account and sign in',
      operationId: 'signup',
      body: Signup,
      response: { 201: SignedIn },
      problems: ['EMAIL_TAKEN']
    },
    preHandler: rateLimits.signup.perAccount
  }, async (request, reply) => {
    const { email, name, password, transport = 'cookie' } = request.body
    const passwordHash = await passwords.hash(password)
    const user = await stores.users.create({ email, name, passwordHash })
    await stores.notebooks.createDefault(user.id)
    reply.code(201)
    return { user, ...await auth.signIn(request, reply, user.id, transport) }
  })

  app.post('/login', {
    config: { public: true, changesSession: true, rateLimit: rateLimits.login.perAddress },
    schema: {
      tags,
      summary: 'Sign in',
      operationId: 'login',
      body: Login,
      response: { 200: SignedIn },
      problems: ['INVALID_CREDENTIALS']
    },
    preHandler: rateLimits.login.perAccount
  }, async (request, reply) => {
    const { email, password, transport = 'cookie' } = request.body
    const account = await stores.users.findAccount(email)
    const isRight = await passwords.verify(password, account?.passwordHash)
    if (!account || !isRight) throw problem('INVALID_CREDENTIALS')
    const { user, passwordHash } = account
    if (passwords.isOutdated(passwordHash)) await stores.users.replaceHash(user.id, passwordHash, await passwords.hash(password))
    await stores.notebooks.createDefault(user.id) // a signup that was cut off may have left none
    return { user, ...await auth.signIn(request, reply, user.id, transport) }
  })

  app.post('/logout', {
    config: { public: true, changesSession: true },
    schema: {
      tags,
      summary: 'End the session, for the cookie and every token of it',
      operationId: 'logout',
      response: { 204: Type.Null({ description: 'Nobody is signed in any more' }) }
    }
  }, async (request, reply) => {
    await auth.signOut(request, reply)
    reply.code(204)
  })
}) satisfies FastifyPluginAsyncTypebox
