import type { Config } from './config.js'

/**
 * On every answer, whoever makes it: routes, errors, and the ones that a broken request gets before there is
 * a request. Answers are data; the policy is for the day that a browser is made to show one as a page.
 */
export function securityHeaders ({ secureCookies }: Pick<Config, 'secureCookies'>): Record<string, string> {
  return {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    vary: 'authorization, cookie, origin',
    ...secureCookies && { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }
  }
}
