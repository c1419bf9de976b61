import type { Batches } from './batches.js'
import type { Operation } from './operation.js'
import type { Step } from './stage.js'

/** The output of some stages upon an input. */
export function runSteps (steps: readonly Step[], input: Batches, operation: Operation): Batches {
  return steps.reduce((output, step, at) => step.run(output, operation, wantedBehind(steps, at)), input)
}

/** How many documents the stages behind one will take at most: what skips and limits right behind it leave. */
function wantedBehind (steps: readonly Step[], at: number): number {
  const next = steps[at + 1]?.clause
  if (next?.kind === 'limit') return Math.min(next.count, wantedBehind(steps, at + 1))
  return next?.kind === 'skip' ? next.count + wantedBehind(steps, at + 1) : Infinity
}
