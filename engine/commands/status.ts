/** What `serverStatus` counts. */
export class Status {
  readonly startedAt: Date
  readonly connections = { current: 0, totalCreated: 0, totalRejected: 0 }
  readonly #commands = new Map<string, { failed: number, total: number }>()

  constructor (startedAt: Date) {
    this.startedAt = startedAt
  }

  started (command: string): void {
    this.#of(command).total++
  }

  failed (command: string): void {
    this.#of(command).failed++
  }

  /** Runs and failures by command, in alphabetical order. */
  commands (): Record<string, { failed: number, total: number }> {
    return Object.fromEntries([...this.#commands].sort(([a], [b]) => a < b ? -1 : 1))
  }

  #of (command: string): { failed: number, total: number } {
    let counts = this.#commands.get(command)
    if (counts === undefined) this.#commands.set(command, counts = { failed: 0, total: 0 })
    return counts
  }
}
