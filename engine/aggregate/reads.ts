import type { Namespace } from '../storage/namespace.js'
import type { Step } from './stage.js'

/** The collections and views that a pipeline reads: its own, if it has one, and those of its stages. */
export function readsOf (own: Namespace | undefined, steps: readonly Step[]): Namespace[] {
  return [...own === undefined ? [] : [own], ...steps.flatMap(({ reads }) => reads ?? [])]
}
