import type { Namespace } from './namespace.js'

/** What somebody waits for changes of: everything, a database, or a collection by its full name. */
export type Scope = string

export const EVERYTHING: Scope = ''

/** Who waits for changes. A commit looks up what it has changed: those who wait for something else cost it nothing. */
export class Watchers {
  readonly #waiting = new Map<Scope, Set<() => void>>()

  /**
   * Has `wake` called once, by the next commit that changes something in the scope. To be called in the turn of the event
   * loop in which the history has been read to its end: what is committed later wakes, what was before has been read.
   * @returns what ends the wait
   */
  wait (scope: Scope, wake: () => void): () => void {
    const waiting = this.#waiting.get(scope) ?? new Set()
    this.#waiting.set(scope, waiting.add(wake))
    return () => {
      waiting.delete(wake)
      if (waiting.size === 0 && this.#waiting.get(scope) === waiting) this.#waiting.delete(scope)
    }
  }

  wake (changed: Iterable<Namespace>): void {
    if (this.#waiting.size === 0) return
    const scopes = new Set<Scope>()
    for (const namespace of changed) scopes.add(EVERYTHING).add(namespace.database).add(String(namespace))
    for (const scope of scopes) this.#wake(scope)
  }

  /** How many are waiting. */
  get count (): number {
    return [...this.#waiting.values()].reduce((sum, { size }) => sum + size, 0)
  }

  wakeAll (): void {
    for (const scope of [...this.#waiting.keys()]) this.#wake(scope)
  }

  #wake (scope: Scope): void {
    const waiting = this.#waiting.get(scope)
    this.#waiting.delete(scope)
    for (const wake of waiting ?? []) wake()
  }
}
