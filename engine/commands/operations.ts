import type { CommandContext } from './context.js'

/** Operation ids are int32, and positive. */
const LAST_ID = 0x7fff_ffff

/** The commands that a server is running, by the ids under which they can be listed and ended. */
export class Operations implements Iterable<CommandContext> {
  readonly #running = new Map<number, CommandContext>()
  #last = 0

  /** Gives the next id. It may be that of a command which is running since two thousand million others: nobody could tell them apart. */
  begin (context: CommandContext): number {
    this.#last = this.#last % LAST_ID + 1
    this.#running.set(this.#last, context)
    return this.#last
  }

  end (id: number): void {
    this.#running.delete(id)
  }

  /** Ends a command at its next pause; it may have ended already. */
  kill (id: number): void {
    this.#running.get(id)?.kill()
  }

  [Symbol.iterator] (): IterableIterator<CommandContext> {
    return this.#running.values()
  }
}
