import { createHmac, randomBytes, randomUUID } from 'node:crypto'

/** What the server signs with: nobody who does not know it gets as far as most of these. */
export const secret = randomBytes(32).toString('base64url')

type Json = Record<string, unknown>

export function parseToken (token: string): { header: Json, claims: Json } {
  const [header, claims] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
  return { header: JSON.parse(header), claims: JSON.parse(claims) }
}

export function signToken (header: unknown, claims: unknown, key = secret, hash = 'sha256'): string {
  const content = `${encode(header)}.${encode(claims)}`
  return `${content}.${createHmac(hash, key).update(content).digest('base64url')}`
}

function encode (value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

/** One thing is wrong with each of these; all the rest is as in the genuine token. */
export function forgeries ({ header, claims }: { header: Json, claims: Json }, foreign: Json): Record<string, string> {
  const genuine = signToken(header, claims)
  const [head, body, signature] = genuine.split('.')
  const now = Math.floor(Date.now() / 1000)
  const claiming = (changes: Json) => signToken(header, { ...claims, ...changes })
  const headed = (changes: Json, ...key: [string?, string?]) => signToken({ ...header, ...changes }, claims, ...key)
  return {
    'no token': '',
    'a word': 'token',
    'dots alone': '..',
    'no signature': `${head}.${body}`,
    'an empty signature': `${head}.${body}.`,
    'four parts': `${genuine}.${signature}`,
    'half a signature': `${head}.${body}.${signature.slice(0, 20)}`,
    'the signature of something else': `${head}.${encode({ ...claims, sub: foreign.sub })}.${signature}`,
    'another secret': signToken(header, claims, 'another secret'),
    padding: `${genuine}=`,
    'other characters': `${genuine}%`,
    'a header that is no JSON': signToken('{', claims),
    'a header that is no object': signToken([], claims),
    'a null header': signToken(null, claims),
    'claims that are no JSON': signToken(header, '{'),
    'null for claims': signToken(header, null),
    'a number for claims': signToken(header, 5),
    'an array for claims': signToken(header, ['x']),
    'no claims': signToken(header, {}),
    'alg none': `${encode({ ...header, alg: 'none' })}.${body}.`,
    'alg none with a signature': headed({ alg: 'none' }),
    'no alg': headed({ alg: undefined }),
    'a number for alg': headed({ alg: 5 }),
    'alg RS256': headed({ alg: 'RS256' }),
    'alg HS512': headed({ alg: 'HS512' }, secret, 'sha512'),
    'alg HS384': headed({ alg: 'HS384' }, secret, 'sha384'),
    'no key id': headed({ kid: undefined }),
    'an unknown key id': headed({ kid: '../x' }, ''),
    'a key id from the prototype': headed({ kid: '__proto__' }, ''),
    'an object for a key id': headed({ kid: {} }),
    'a key in the header': headed({ kid: 'mine', jwk: { kty: 'oct', k: encode('mine') } }, 'mine'),
    'an unknown critical header': headed({ crit: ['mine'], mine: true }),
    'no sub': claiming({ sub: undefined }),
    'an operator for sub': claiming({ sub: { $ne: null } }),
    'a sub that is no id': claiming({ sub: 'ann' }),
    'the sub of somebody else': claiming({ sub: foreign.sub }),
    'the sub of nobody': claiming({ sub: randomUUID() }),
    'no sid': claiming({ sid: undefined }),
    'an operator for sid': claiming({ sid: { $gt: '' } }),
    'the sid of somebody else': claiming({ sid: foreign.sid }),
    'the sid of nobody': claiming({ sid: randomBytes(32).toString('base64url') }),
    'no typ': claiming({ typ: undefined }),
    'another typ': claiming({ typ: 'refresh+jwt' }),
    'no exp': claiming({ exp: undefined }),
    'a string for exp': claiming({ exp: String(claims.exp) }),
    'an exp of 1e300': claiming({ exp: 1e300 }),
    'an exp later than any token of its kind': claiming({ exp: Number(claims.exp) + 1 }),
    'an exp that has passed': claiming({ iat: now - 20, exp: now - 10 }),
    'no iat': claiming({ iat: undefined }),
    'a string for iat': claiming({ iat: String(claims.iat) }),
    'an iat that has yet to come': claiming({ iat: now + 864_000, exp: now + 864_900 }),
    'an nbf that has yet to come': claiming({ nbf: now + 864_000 }),
    'a string for nbf': claiming({ nbf: 'tomorrow' }),
    'one claim more': claiming({ role: 'admin' })
  }
}
