import type { Command } from './command.js'
import { configureFailPoint } from './configure-fail-point.js'
import { killAllSessions } from './kill-all-sessions.js'

/** What only tests of clients need, and nobody else may have: only known to an engine that was started for them. */
export const testCommands: readonly Command[] = [
  configureFailPoint,
  killAllSessions
]
