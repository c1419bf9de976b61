import type { Stage } from './stage.js'

/** A stage that is one stage behind another. */
export function chain (first: Stage, second: Stage): Stage {
  return { run: (input, operation, wanted) => second.run(first.run(input, operation, Infinity), operation, wanted) }
}
