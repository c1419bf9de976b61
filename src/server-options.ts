import { randomUUID } from 'node:crypto'
import type { FastifyHttpOptions, RawServerDefault } from 'fastify'
import type { Config } from './config.js'

export function serverOptions (config: Config): FastifyHttpOptions<RawServerDefault> {
  const { limits } = config
  return {
    logger: { level: config.logLevel },
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    trustProxy: config.trustProxy,
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    handlerTimeout: limits.handlerTimeoutMs,
    connectionTimeout: limits.socketTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    maxRequestsPerSocket: limits.requestsPerSocket,
    pluginTimeout: 60_000,
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: false } }
  }
}
