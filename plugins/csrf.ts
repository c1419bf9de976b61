import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { problem } from '../src/errors.js'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])
const loopbackHosts = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * A browser sends its cookies along for whatever page asks. So what a cookie signs in and changes something, and
 * all that begins or ends a session, must come from a page of this site or of CORS_ORIGINS (S-065, S-066).
 */
export default fp(async function csrf (app) {
  const { publicUrl, corsOrigins } = app.config
  const trustedOrigins = new Set(corsOrigins)

  app.addHook('onRequest', async (request) => {
    const { origin = '' } = request.headers
    if (isExempt(request) || trustedOrigins.has(origin) || isSameOrigin(request, publicUrl)) return
    throw problem('CROSS_SITE')
  })
}, { name: 'csrf', dependencies: ['config', 'auth'] })

function isExempt ({ method, is404, user, routeOptions }: FastifyRequest): boolean {
  if (safeMethods.has(method) || is404) return true
  return user ? user.transport === 'bearer' : !routeOptions.config.changesSession
}

/** Current browsers say what the page is to this server, older ones where it is from, other clients neither. */
function isSameOrigin (request: FastifyRequest, publicUrl: string): boolean {
  const { cookie, origin, 'sec-fetch-site': site } = request.headers
  if (site !== undefined) return site === 'same-origin'
  if (origin !== undefined) return origin === publicUrl || (isLoopback(publicUrl) && isListener(origin, request))
  return cookie === undefined
}

function isLoopback (origin: string): boolean {
  return URL.canParse(origin) && loopbackHosts.has(new URL(origin).hostname)
}

/** Without a PUBLIC_URL, every name of this machine is as good as localhost, on the port that is listened on. */
function isListener (origin: string, { socket }: FastifyRequest): boolean {
  return isLoopback(origin) && origin.startsWith('http:') && (new URL(origin).port || '80') === String(socket.localPort)
}
