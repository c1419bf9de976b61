import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { noteServerNames } from '../schemas/note.js'
import { problem, type Problem } from '../src/errors.js'
import { readJson } from './json-body/strict-json.js'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body types that the route takes; JSON alone unless it says otherwise. */
    mediaTypes?: MediaType[]
  }
}

export type MediaType = 'application/json' | 'application/merge-patch+json'

/** Bodies are JSON, exactly: no other type, charset or encoding, and nothing in them that parsing would change. */
export default fp(async function jsonBody (app) {
  const { limits } = app.config
  // A note with all the keys that it may have can be written back with the server's own.
  const bodyLimits = { ...limits, jsonKeys: limits.jsonKeys + noteServerNames.length }
  app.removeAllContentTypeParsers()
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const refusal = hasBody(request) ? typeRefusal(request) : undefined
    if (refusal) done(refusal)
    else done(null, payload)
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) =>
    body.length === 0 || request.is404 ? undefined : readJson(body, bodyLimits))
}, { name: 'json-body', dependencies: ['config', 'problem-details'] })

/** RFC 9112 §6.3 */
function hasBody ({ headers, is404 }: FastifyRequest): boolean {
  return !is404 && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0)
}

/** What is accepted instead is said in the header for it: RFC 9110 §15.5.16, for PATCH RFC 5789 §3.1. */
function typeRefusal ({ headers, method, routeOptions }: FastifyRequest): Problem | undefined {
  if (headers['content-encoding']) return problem('UNSUPPORTED_MEDIA_TYPE', { headers: { 'accept-encoding': 'identity' } })
  const { mediaTypes = ['application/json'] } = routeOptions.config
  const [, type = ''] = /^([a-z/+-]+)(?:\s*;\s*charset="?utf-8"?)?$/i.exec(headers['content-type'] ?? '') ?? []
  if (mediaTypes.some((mediaType) => mediaType === type.toLowerCase())) return undefined
  return problem('UNSUPPORTED_MEDIA_TYPE', { headers: { [method === 'PATCH' ? 'accept-patch' : 'accept']: mediaTypes.join(', ') } })
}
