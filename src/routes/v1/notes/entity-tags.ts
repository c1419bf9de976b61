import type { Preconditions } from '../../../../schemas/preconditions.js'

/** The revisions that a request's preconditions name; `*` stands for any. */
export function conditionsOf (headers: Preconditions) {
  // The comparison of If-Match is strong: a weak tag never matches. That of If-None-Match is weak (RFC 9110, 13.1).
  return {
    match: revisions(headers['if-match'], (isWeak) => !isWeak),
    noneMatch: revisions(headers['if-none-match'], () => true)
  }
}

function revisions (header: string | undefined, counts: (isWeak: boolean) => boolean): '*' | string[] | undefined {
  if (header === undefined || header === '*') return header
  const tags = [...header.matchAll(/(W\/)?"([^"]*)"/g)]
  return tags.filter(([, weak]) => counts(weak !== undefined)).map(([, , rev = '']) => rev)
}

export function entityTag ({ rev }: { rev: string }): string {
  return `"${rev}"`
}
