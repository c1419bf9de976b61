import cookie from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'

/** The session cookie, the only one that this server reads or writes. */
export interface Cookies {
  /** Every value that the request has for the cookie: more than one means that somebody tampers (S-046). */
  read (request: FastifyRequest): string[]
  write (reply: FastifyReply, token: string): void
  clear (reply: FastifyReply): void
}

declare module 'fastify' {
  interface FastifyInstance { cookies: Cookies }
}

export default fp(async function cookies (app) {
  const { secureCookies, limits } = app.config
  // Browsers let only https pages of this very host set a __Host- cookie (RFC 6265bis, 4.1.3.2).
  const name = secureCookies ? '__Host-quire' : 'quire'
  const attributes = { path: '/', httpOnly: true, sameSite: 'lax', secure: secureCookies } as const

  await app.register(cookie, { hook: false })
  app.decorate('cookies', {
    read: (request) => valuesOf(name, request.headers.cookie),
    write: (reply, token) => { reply.setCookie(name, token, { ...attributes, maxAge: limits.sessionAbsoluteSeconds }) },
    clear: (reply) => { reply.clearCookie(name, attributes) }
  })
}, { name: 'cookies', dependencies: ['config'] })

function valuesOf (name: string, header = ''): string[] {
  return header.split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
}
