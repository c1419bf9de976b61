import { LogController, type FastifyReply, type FastifyRequest } from 'fastify'

/** JSON lines without bodies, headers or query strings: what users write and what opens doors stays out of them. */
export function loggerOptions (level: string) {
  return {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describeError }
  }
}

/** One line per request, when its outcome is known. */
export class RequestLog extends LogController {
  constructor () {
    super({ requestIdLogLabel: 'requestId' })
  }

  override incomingRequest (): void {}

  override routeNotFound (): void {}

  override requestCompleted (error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    reply.log.info({
      method: request.method,
      path: request.url.replace(/\?.*/s, ''),
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime),
      address: request.ip,
      user: request.user?.id,
      ...error && { err: error }
    }, 'request')
  }
}

/** Own properties of an error can hold documents and credentials, so only these four are logged. */
function describeError ({ name, code, message, stack = '' }: Error & { code?: unknown }) {
  return { type: name, code, message, stack }
}
