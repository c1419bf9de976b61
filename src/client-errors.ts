import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { problem, type ProblemCode } from './errors.js'
import { problemJson, problemType } from './problem-json.js'

/** What Node's parser calls the errors that are not simply bad requests. */
const codes: Record<string, ProblemCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'BODY_TOO_LARGE'
}

/** Answers the bytes that never became a request, once, and closes: what follows them cannot be trusted (RFC 9112 §9.3). */
export function clientErrorHandler (headers: Record<string, string>) {
  return ({ code }: { code?: string }, socket: Socket): void => {
    if (socket.writable && code !== 'ECONNRESET') socket.write(answer(codes[code ?? ''] ?? 'BAD_REQUEST', headers))
    socket.destroySoon()
  }
}

function answer (code: ProblemCode, headers: Record<string, string>): string {
  const refusal = problem(code)
  const body = problemJson(refusal, randomUUID())
  const lines = Object.entries({ ...headers, 'content-type': problemType, 'content-length': Buffer.byteLength(body), connection: 'close' })
  return [`HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`, ...lines.map(([name, value]) => `${name}: ${value}`), '', body].join('\r\n')
}
