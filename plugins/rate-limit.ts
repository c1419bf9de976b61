import limiter, { normalizeIP, type RateLimitOptions } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import type { Login } from '../schemas/auth.js'
import { problem } from '../src/errors.js'
import { WindowCounts } from './rate-limit/window-counts.js'

/** What a route that takes passwords declares. Both count a request before a password is looked at (S-038). */
export interface SignInLimit {
  /** As `config.rateLimit`: by client address, of IPv6 the /64, which is one customer. */
  perAddress: RateLimitOptions | false
  /** As a `preHandler`: by account and address, so that nobody can lock the owner out from elsewhere (S-039). */
  perAccount: onRequestAsyncHookHandler
}

declare module 'fastify' {
  interface FastifyInstance { rateLimits: Record<'login' | 'signup', SignInLimit> }
}

// How many attempts are left is nobody's business.
const hidden = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false }

export default fp(async function rateLimit (app) {
  const { rateLoginPerMinute, rateRequestsPerMinute, rateSignupPerMinute } = app.config.limits
  await app.register(limiter, {
    ...perMinute(rateRequestsPerMinute),
    global: rateRequestsPerMinute > 0,
    store: WindowCounts,
    addHeaders: hidden,
    addHeadersOnExceeding: hidden,
    errorResponseBuilder: () => problem('RATE_LIMITED') // the limiter adds Retry-After
  })
  app.decorate('rateLimits', { login: signInLimit(app, rateLoginPerMinute), signup: signInLimit(app, rateSignupPerMinute) })
}, { name: 'rate-limit', dependencies: ['config'] })

function signInLimit (app: FastifyInstance, max: number): SignInLimit {
  if (max === 0) return { perAddress: false, perAccount: async () => {} }
  const count = app.createRateLimit({ ...perMinute(max), keyGenerator: accountAndAddress })
  return {
    perAddress: perMinute(max),
    async perAccount (request) {
      const counted = await count(request)
      if (!counted.isAllowed && counted.isExceeded) throw problem('RATE_LIMITED', { headers: { 'retry-after': String(counted.ttlInSeconds) } })
    }
  }
}

function perMinute (max: number): RateLimitOptions {
  return { max, timeWindow: 60_000 }
}

function accountAndAddress ({ body, ip }: FastifyRequest): string {
  return `${(body as Login).email.toLowerCase()} ${normalizeIP(ip)}`
}
