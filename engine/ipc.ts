import type { LogEntry } from './log.js'
import type { ListenAt } from './server.js'

/** What an engine process is told when it starts. */
export interface StartOrder {
  readonly type: 'start'
  readonly dataDirectory: string
  readonly listen: ListenAt
  /** The password that clients must prove to have; given if they connect over TCP. */
  readonly password?: string
  /** How often it says that it is alive, in milliseconds. */
  readonly heartbeat: number
}

/** From the supervisor to the engine process. When the channel closes, the engine closes too. */
export type Order = StartOrder | { readonly type: 'close' }

/** From the engine process to its supervisor. `address` is where it listens. */
export type Notice =
  { readonly type: 'ready', readonly address: string } |
  { readonly type: 'failed', readonly reason: string } |
  { readonly type: 'alive' } |
  { readonly type: 'log', readonly entry: LogEntry }

/** The only user there is where a password is asked for. */
export const USER = 'quire'
