import { STATUS_CODES } from 'node:http'
import type { FastifySchema, RouteOptions } from 'fastify'
import { ProblemDetails } from '../../schemas/problem.js'
import { catalogue, type ProblemCode } from '../../src/errors.js'

interface Operation { schema: FastifySchema, url: string, route: RouteOptions }

const signedIn: Record<string, string[]>[] = [{ cookie: [] }, { bearer: [] }]

/** Adds what a route does not have to say: the problems of its kind, who may call it, and the types of its body. */
export function withProblems ({ schema, url, route }: Operation): { schema: FastifySchema, url: string } {
  const { problems = [], response = {}, ...contract } = schema
  const codes = [...new Set([...problems, ...commonProblems(schema, route)])]
  const documented = {
    ...contract,
    ...schema.body !== undefined && { consumes: route.config?.mediaTypes ?? ['application/json'] },
    security: route.config?.public ? [] : signedIn,
    response: { ...described(response), ...responsesFor(codes), default: problemResponse('Any other problem.') }
  }
  return { schema: documented, url }
}

function commonProblems ({ body }: FastifySchema, { config = {}, method }: RouteOptions): ProblemCode[] {
  const isUnsafe = method !== 'GET' && method !== 'HEAD'
  return [
    'VALIDATION_FAILED', 'RATE_LIMITED', 'INTERNAL', 'OVERLOADED',
    ...config.offline ? [] : ['DATABASE_UNAVAILABLE'] as const,
    ...config.public ? [] : ['UNAUTHENTICATED'] as const,
    ...isUnsafe ? ['CROSS_SITE'] as const : [],
    ...body === undefined ? [] : ['MALFORMED_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'JSON_TOO_DEEP', 'JSON_TOO_WIDE', 'FORBIDDEN_KEY'] as const
  ]
}

function described (responses: unknown): Record<string, object> {
  const entries = Object.entries(responses as Record<string, object>)
  return Object.fromEntries(entries.map(([status, schema]) => [status, { description: STATUS_CODES[status], ...schema }]))
}

function responsesFor (codes: ProblemCode[]): Record<string, object> {
  const statuses = [...new Set(codes.map((code) => catalogue[code].status))].sort((a, b) => a - b)
  return Object.fromEntries(statuses.map((status) => {
    const lines = codes.filter((code) => catalogue[code].status === status).map((code) => `\`${code}\`: ${catalogue[code].detail}`)
    return [status, problemResponse(lines.join('\n\n'))]
  }))
}

function problemResponse (description: string): object {
  return { description, content: { 'application/problem+json': { schema: ProblemDetails } } }
}
