/** Lets tasks of one name run one after the other, in the order in which they came. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  async take<T> (name: string, task: () => Promise<T>): Promise<T> {
    const turn = this.#behind(this.#last.get(name), task)
    this.#last.set(name, turn)
    try {
      return await turn
    } finally {
      if (this.#last.get(name) === turn) this.#last.delete(name)
    }
  }

  /** Whether somebody is at work. */
  isTaken (name: string): boolean {
    return this.#last.has(name)
  }

  async #behind<T> (previous: Promise<unknown> | undefined, task: () => Promise<T>): Promise<T> {
    // Whether it failed is the business of whoever began it.
    await previous?.catch(() => {})
    return await task()
  }
}
