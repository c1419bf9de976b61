/** One of the programs of the command line. */
export interface Program {
  /** One line for the list of programs. */
  readonly summary: string
  /** What `--help` prints. */
  readonly help: string
  /** @throws {Error} whose message is for the one who typed the command */
  run (args: string[]): Promise<void>
}

/** The command was not understood, and nothing has been done. */
export class UsageError extends Error {}
