/** An end that several may wait for. Who has stopped waiting leaves nothing behind, however late it comes. */
export class Ending {
  readonly #waiting = new Set<() => void>()
  #hasCome = false

  /** How many are waiting. */
  get count (): number {
    return this.#waiting.size
  }

  /** Wakes everybody who waits. */
  come (): void {
    this.#hasCome = true
    for (const wake of this.#waiting) wake()
  }

  /** Waits for it, for so many milliseconds at most; resolves with whether it has come, as soon as it has. */
  within (milliseconds: number): Promise<boolean> {
    if (this.#hasCome) return Promise.resolve(true)
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(wake)
        resolve(this.#hasCome)
      }
      const timer = setTimeout(wake, milliseconds)
      this.#waiting.add(wake)
    })
  }
}
