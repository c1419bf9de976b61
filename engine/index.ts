import { Supervisor, type SupervisorOptions } from './supervisor.js'

/** A running engine in a process of its own: connect to `uri` with any MongoDB driver. */
export type Engine = Pick<Supervisor, 'uri' | 'pid' | 'ready' | 'close' | 'on' | 'off'>

export type { LogEntry } from './log.js'

/**
 * Starts the embedded engine on a data directory and keeps it running until `close`.
 * @throws {Error} with a message for the operator when it cannot start: the directory is in use, of a newer format, on a network file system
 */
export async function startEngine (options: SupervisorOptions): Promise<Engine> {
  const supervisor = new Supervisor(options)
  await supervisor.start()
  return supervisor
}
