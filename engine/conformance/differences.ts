import { readFileSync } from 'node:fs'
import type { Failure, Outcome } from './mocha.js'

/** Suite → reason → titles of the tests that fail for it. */
type KnownDifferences = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

const known = JSON.parse(readFileSync(new URL('./known-differences.json', import.meta.url), 'utf8')) as KnownDifferences

export interface Surprises {
  /** Failed, and nobody has said why. */
  readonly unlisted: readonly Failure[]
  /** Listed, and did not fail. */
  readonly outdated: readonly string[]
}

/** Compares what has failed with what is known to. */
export function surprises (suite: string, { failures }: Outcome): Surprises {
  const listed = new Set(Object.values(known[suite] ?? {}).flat())
  const failed = new Set(failures.map(({ title }) => title))
  return {
    unlisted: failures.filter(({ title }) => !listed.has(title)),
    outdated: [...listed].filter((title) => !failed.has(title))
  }
}
