import type { FastifyError, FastifyRequest } from 'fastify'
import { pointerTo } from '../../src/document-rules.js'
import { problem, type Problem, type ProblemCode, type ProblemItem } from '../../src/errors.js'

const codes: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE'
}

/** What Fastify refuses by itself; undefined for any other error. */
export function fastifyProblem (error: unknown, { raw }: FastifyRequest): Problem | undefined {
  const { code = '', statusCode = 500, validation, validationContext = 'body' } = (error ?? {}) as Partial<FastifyError>
  if (validation) return invalid(validation.map((failure) => itemOf(failure, validationContext)))
  const isPartial = raw.complete === false // still waiting for the rest of the body
  if (code === 'FST_ERR_HANDLER_TIMEOUT') return isPartial ? problem('REQUEST_TIMEOUT') : problem('OVERLOADED', { headers: { 'retry-after': '1' } })
  if (code === 'ECONNRESET' && isPartial) return problem('BAD_REQUEST')
  return String(code).startsWith('FST_') && statusCode < 500 ? problem(codes[code] ?? 'BAD_REQUEST') : undefined
}

type Failure = NonNullable<FastifyError['validation']>[number]

function invalid (errors: ProblemItem[]): Problem {
  return problem('VALIDATION_FAILED', { detail: errors.map(({ detail }) => detail).join(' '), errors })
}

/** A failed keyword of a schema. The pointer goes into the body, or into the object of the query or path parameters. */
function itemOf ({ instancePath, keyword, message = '', params }: Failure, context: string): ProblemItem {
  const { missingProperty, additionalProperty } = params as Record<string, string | undefined>
  const name = missingProperty ?? additionalProperty
  const pointer = name === undefined ? instancePath : instancePath + pointerTo([name])
  const complaint = keyword === 'required' ? 'is required' : keyword === 'additionalProperties' ? 'is unknown' : message
  return { pointer, detail: `${context}${pointer} ${complaint}.`, code: keyword.replace(/[A-Z]/g, '_$&').toUpperCase() }
}
