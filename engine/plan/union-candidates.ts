import type { Candidates, Take } from './candidates.js'

const NONE = Buffer.alloc(0)

/** What several ways lead to, one after the other; a document is handed over for the first that leads to it. */
export class UnionCandidates implements Candidates {
  readonly #branches: readonly Candidates[]
  readonly #met = new Set<string>()
  #branch = 0

  constructor (branches: readonly Candidates[]) {
    this.#branches = branches
  }

  get keysExamined (): number {
    return this.#branches.reduce((sum, { keysExamined }) => sum + keysExamined, 0)
  }

  read (take: Take): 'ended' | 'stopped' {
    const takeOnce: Take = (recordId, document) => take(recordId, document !== undefined && this.#isNew(recordId) ? document : undefined)
    while (this.#branch < this.#branches.length) {
      if (this.#branches[this.#branch].read(takeOnce) === 'stopped') return 'stopped'
      this.#branch++
      // Branches without entries take time as well.
      if (this.#branch < this.#branches.length && !take(NONE, undefined)) return 'stopped'
    }
    return 'ended'
  }

  #isNew (recordId: Buffer): boolean {
    const before = this.#met.size
    return this.#met.add(recordId.toString('latin1')).size > before
  }
}
