import { randomUUID } from 'node:crypto'
import type { FastifyHttpOptions, RawServerDefault } from 'fastify'
import { clientErrorHandler } from './client-errors.js'
import type { Config } from './config.js'
import { problem } from './errors.js'
import { loggerOptions, RequestLog } from './logging.js'
import { problemJson, problemType } from './problem-json.js'
import { securityHeaders } from './security-headers.js'

/** How the server treats connections, bytes and time before a route is asked; the tests build theirs with it too. */
export function serverOptions (config: Config): FastifyHttpOptions<RawServerDefault> {
  const { limits, trustProxy } = config
  const headers = securityHeaders(config)
  return {
    logger: loggerOptions(config.logLevel),
    logController: new RequestLog(),
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    trustProxy: trustProxy.length > 0 && trustProxy,
    bodyLimit: limits.bodyBytes,
    handlerTimeout: limits.handlerTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.socketTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      // Node looks for late requests this often; its default of 30 s would add as much to every timeout.
      connectionsCheckingInterval: Math.min(1000, limits.headersTimeoutMs / 2),
      maxHeaderSize: limits.headerBytes,
      requireHostHeader: false // plugins/hosts.ts answers these with a problem; Node's own answer is empty
    },
    return503OnClosing: false, // it is not a problem document, and what still arrives can still be answered
    pluginTimeout: 60_000,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: true, allErrors: false } },
    // URLs that are not even tried for a route: broken percent-encoding, or a parameter longer than any id.
    frameworkErrors: ({ code }, request, { raw }) => {
      const answer = problem(code === 'FST_ERR_MAX_PARAM_LENGTH' ? 'NOT_FOUND' : 'BAD_REQUEST')
      const body = problemJson(answer, request.id)
      raw.writeHead(answer.status, { ...headers, 'content-type': problemType, 'content-length': Buffer.byteLength(body) }).end(body)
    },
    clientErrorHandler: clientErrorHandler(headers)
  }
}
