/** One line of the engine's log, as it goes to the log of whoever runs it. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error'
  readonly msg: string
  readonly [member: string]: unknown
}

export type Log = (entry: LogEntry) => void
