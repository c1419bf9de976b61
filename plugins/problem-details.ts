import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import mongoose from 'mongoose'
import { Problem, problem } from '../src/errors.js'

/** The one place that turns what was thrown into an answer (RFC 9457). */
export default fp(async function problemDetails (app) {
  app.setErrorHandler((error, request, reply) => send(toProblem(error as FastifyError, request), request, reply))
  app.setNotFoundHandler((request, reply) => send(problem('NOT_FOUND'), request, reply))
}, { name: 'problem-details' })

function toProblem (error: FastifyError | Problem, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  if (error.validation) return problem('VALIDATION_FAILED', { detail: error.message })
  if (error instanceof mongoose.mongo.MongoNetworkError || error instanceof mongoose.mongo.MongoServerSelectionError) {
    return problem('DATABASE_UNAVAILABLE', { headers: { 'retry-after': '2' } })
  }
  request.log.error(error)
  return problem('INTERNAL')
}

function send (problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, title, detail, code, errors, headers, members } = problem
  return reply.code(status).headers(headers).type('application/problem+json').serializer(JSON.stringify).send({
    type: `/docs/errors#${code.toLowerCase().replaceAll('_', '-')}`, title, status, detail, code, requestId: request.id, message: detail, errors, ...members
  })
}
