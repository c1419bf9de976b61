import { buildInfo } from './build-info.js'
import type { Command } from './command.js'
import { connectionStatus } from './connection-status.js'
import { endSessions } from './end-sessions.js'
import { getLog } from './get-log.js'
import { getParameter } from './get-parameter.js'
import { hello, isMaster } from './hello.js'
import { ping } from './ping.js'
import { refreshSessions } from './refresh-sessions.js'
import { saslContinue } from './sasl-continue.js'
import { saslStart } from './sasl-start.js'
import { serverStatus } from './server-status.js'
import { startSession } from './start-session.js'
import { whatsmyuri } from './whats-my-uri.js'

/** Every command there is, in alphabetical order: this table is also the statement of what the engine can do (README.md). */
export const commands: readonly Command[] = [
  buildInfo,
  connectionStatus,
  endSessions,
  getLog,
  getParameter,
  hello,
  isMaster,
  ping,
  refreshSessions,
  saslContinue,
  saslStart,
  serverStatus,
  startSession,
  whatsmyuri
]
