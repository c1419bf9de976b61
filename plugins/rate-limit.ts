import limiter, { normalizeIP, type RateLimitOptions } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import fp from 'fastify-plugin'
import type { Login } from '../schemas/auth.js'
import { problem } from '../src/errors.js'

/** What a route that takes passwords declares. Both count a request before anything is done for it (S-038). */
export interface SignInLimit {
  /** By client address, as `config.rateLimit`: the whole /64 of an IPv6 address, which is one customer's. */
  perAddress: RateLimitOptions | false
  /** By account and address, as a `preHandler`: others cannot lock the owner out (S-039). */
  perAccount: onRequestAsyncHookHandler
}

declare module 'fastify' {
  interface FastifyInstance { rateLimits: Record<'login' | 'signup', SignInLimit> }
}

const hiddenHeaders = { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false }

export default fp(async function rateLimit (app) {
  const { rateLoginPerMinute, rateRequestsPerMinute, rateSignupPerMinute } = app.config.limits
  await app.register(limiter, {
    ...perMinute(rateRequestsPerMinute),
    global: rateRequestsPerMinute > 0,
    addHeaders: hiddenHeaders,
    addHeadersOnExceeding: hiddenHeaders,
    errorResponseBuilder: () => problem('RATE_LIMITED')
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

/** The counters are kept in memory, the least recently used ones give way: far more than a flood can make in a minute. */
function perMinute (max: number): RateLimitOptions {
  return { max, timeWindow: 60_000, cache: 100_000 }
}

function accountAndAddress ({ body, ip }: FastifyRequest): string {
  return `${(body as Login).email.toLowerCase()} ${normalizeIP(ip)}`
}
