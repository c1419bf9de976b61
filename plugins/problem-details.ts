import type { FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { Problem, problem } from '../src/errors.js'
import { problemJson, problemType } from '../src/problem-json.js'
import { databaseProblem } from './problem-details/database-problem.js'
import { fastifyProblem } from './problem-details/fastify-problem.js'

/** The one place that turns what was thrown, anywhere, into an answer: a problem document (RFC 9457). */
export default fp(async function problemDetails (app) {
  app.setErrorHandler((error, request, reply) => send(reply, toProblem(error, request)))
}, { name: 'problem-details' })

/** Ours, Fastify's or the database's; whatever else it is is a bug, and only the log says which. */
function toProblem (error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error
  const known = fastifyProblem(error, request) ?? databaseProblem(error)
  if (known?.status !== 503 && known) return known
  request.log.error({ err: error }, known ? known.title : 'unexpected error')
  return known ?? problem('INTERNAL')
}

function send (reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer') // RFC 9110, 15.5.2: it says how to sign in
  return reply.code(problem.status).headers(problem.headers).type(problemType).send(problemJson(problem, reply.request.id))
}
