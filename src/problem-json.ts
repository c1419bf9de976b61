import type { Problem } from './errors.js'

export const problemType = 'application/problem+json; charset=utf-8'

/** The answer that a problem is (RFC 9457). `message` repeats `detail` for the clients that look for it there. */
export function problemJson (problem: Problem, requestId: string): string {
  const { status, title, detail, code, errors, members } = problem
  const type = `/docs/errors#${code.toLowerCase().replaceAll('_', '-')}`
  return JSON.stringify({ type, title, status, detail, code, requestId, message: detail, errors, ...members })
}
