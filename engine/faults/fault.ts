import type { Random } from './random.js'

export interface FaultContext {
  /** A directory for this fault alone; on the disk that is to be tested. */
  readonly directory: string
  readonly rounds: number
  readonly random: Random
  /** Shows how far it has got. */
  progress (text: string): void
}

/** What has come of all rounds of a fault. */
export interface Outcome {
  readonly rounds: number
  /** Writes that were answered with success. */
  readonly acknowledged: number
  /** Of these, how many were not there afterwards. */
  readonly lost: number
  /** How many were there more than once. */
  readonly duplicated: number
  /** Everything else that must not be: half operations, refused ones that were done, what a check has found. */
  readonly wrong: readonly string[]
  /** The longest time from a fault to the next acknowledged write, in milliseconds, where there is one. */
  readonly outage?: number
  /** What else was measured. */
  readonly note?: string
}

export interface Fault {
  /** By which the command line chooses it. */
  readonly name: string
  /** As in the list of faults of the README. */
  readonly id: string
  readonly title: string
  /** How often it is done, unless the command line says otherwise. */
  readonly rounds: number
  /** Why it cannot be done on this machine. */
  missing? (): string | undefined
  run (context: FaultContext): Promise<Outcome>
}

/** Adds up what several parts of a fault have found. */
export function sum (outcomes: readonly Outcome[]): Outcome {
  const total = (name: 'rounds' | 'acknowledged' | 'lost' | 'duplicated'): number => outcomes.reduce((all, outcome) => all + outcome[name], 0)
  const outages = outcomes.flatMap(({ outage }) => outage ?? [])
  const notes = outcomes.flatMap(({ note }) => note ?? [])
  return {
    rounds: total('rounds'),
    acknowledged: total('acknowledged'),
    lost: total('lost'),
    duplicated: total('duplicated'),
    wrong: outcomes.flatMap(({ wrong }) => wrong),
    ...(outages.length > 0 && { outage: Math.max(...outages) }),
    ...(notes.length > 0 && { note: notes.join('; ') })
  }
}
