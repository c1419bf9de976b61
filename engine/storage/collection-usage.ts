/** How often something was done, and for how long altogether. */
export class Tally {
  count = 0
  milliseconds = 0
}

/** As what a command is counted: one of the operations that MongoDB has had before there were commands, or another that reads or writes. */
export type Use = 'query' | 'getmore' | 'insert' | 'update' | 'remove' | 'read' | 'write'

/** What clients have done with a collection since it was made or the process has begun. Nothing of it is stored. */
export class CollectionUsage implements Readonly<Record<Use, Tally>> {
  readonly query = new Tally()
  readonly getmore = new Tally()
  readonly insert = new Tally()
  readonly update = new Tally()
  readonly remove = new Tally()
  readonly read = new Tally()
  readonly write = new Tally()

  add (use: Use, milliseconds: number): void {
    const tally = this[use]
    tally.count++
    tally.milliseconds += milliseconds
  }
}
