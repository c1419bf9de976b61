import { isIP } from 'node:net'
import type { Environment } from '../schemas/config.js'

/** What a schema cannot say about one variable: undefined when the text is right, else what is wrong with it. */
export const checks: { [Name in keyof Environment]?: (text: string) => string | undefined } = {
  MONGODB_URI: (uri) => /^mongodb(\+srv)?:\/\/[^/]/.test(uri) ? undefined : 'is not a connection string: mongodb://… or mongodb+srv://…',
  PUBLIC_URL: (url) => isOrigin(url.replace(/\/$/, '')) ? undefined : 'is not an origin: http:// or https://, a host, perhaps a port, no path',
  TRUST_PROXY: (text) => listOf(text).every(isNetwork) ? undefined : 'is not a list of addresses and CIDR blocks such as 10.0.0.0/8; a hop count, a name or `true` would trust strangers',
  CORS_ORIGINS: (text) => listOf(text).every(isOrigin) ? undefined : 'is not a list of origins such as https://app.example.com'
}

/** What is wrong between variables that are right by themselves. */
export function contradictions (variables: Environment): string[] {
  const problems: string[] = []
  if (variables.QUIRE_HEADERS_TIMEOUT_MS > variables.QUIRE_REQUEST_TIMEOUT_MS) {
    problems.push('QUIRE_HEADERS_TIMEOUT_MS: is larger than QUIRE_REQUEST_TIMEOUT_MS')
  }
  for (const name of ['SESSION_SECRET', 'PASSWORD_PEPPER'] as const) {
    if (isHttps(variables.PUBLIC_URL) && listOf(variables[name]).some(isWeak)) {
      problems.push(`${name}: is short or an example; behind https it takes at least 32 random bytes`)
    }
  }
  return problems
}

/** The items of a comma list. */
export function listOf (text = ''): string[] {
  return text.split(',').map((item) => item.trim()).filter((item) => item !== '')
}

export function isHttps (url = ''): boolean {
  return url.startsWith('https:')
}

function isOrigin (text: string): boolean {
  return /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

/** A prefix of 0 would trust everybody, and is none. */
function isNetwork (text: string): boolean {
  const [address = '', prefix = '1', ...rest] = text.split('/')
  const bits = isIP(address) === 4 ? 32 : 128
  return isIP(address) !== 0 && rest.length === 0 && /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= bits
}

function isWeak (secret: string): boolean {
  return Buffer.byteLength(secret) < 32 || new Set(secret).size < 10 || /change.?me|default|example|insert|password|secret/i.test(secret)
}
