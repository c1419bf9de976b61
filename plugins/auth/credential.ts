import type { FastifyRequest } from 'fastify'
import type { Transport } from '../../schemas/session.js'

export interface Credential { token: string, transport: Transport }

/**
 * The one credential that a request presents. An Authorization header, of whatever kind, beats the cookie and is
 * then the only one looked at. Two of a kind are none: nobody could tell whose request it is (S-008, S-060).
 */
export function credentialOf (request: FastifyRequest): Credential | null {
  const headers = authorizationHeaders(request)
  if (headers.length > 0) return headers.length === 1 ? bearer(headers[0]) : null
  const cookies = request.server.cookies.read(request)
  return cookies.length === 1 ? { token: cookies[0], transport: 'cookie' } : null
}

/** From the raw headers: of several Authorization lines Node.js keeps only the first. */
function authorizationHeaders ({ headers, raw: { rawHeaders } }: FastifyRequest): string[] {
  if (headers.authorization === undefined) return []
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1].toLowerCase() === 'authorization')
}

/** RFC 6750, 2.1; the name of a scheme has no case (RFC 9110, 11.1). */
function bearer (header: string): Credential | null {
  const token = /^bearer +([\w.-]+)$/i.exec(header)?.[1]
  return token === undefined ? null : { token, transport: 'bearer' }
}
