import { abortTransaction } from './abort-transaction.js'
import { aggregate } from './aggregate.js'
import { buildInfo } from './build-info.js'
import type { Command } from './command.js'
import { collMod } from './coll-mod.js'
import { collStats } from './coll-stats.js'
import { commitTransaction } from './commit-transaction.js'
import { connectionStatus } from './connection-status.js'
import { count } from './count.js'
import { createIndexes } from './create-indexes.js'
import { createSearchIndexes } from './create-search-indexes.js'
import { create } from './create.js'
import { currentOp } from './current-op.js'
import { dbStats } from './db-stats.js'
import { deleteCommand } from './delete.js'
import { distinct } from './distinct.js'
import { drop } from './drop.js'
import { dropDatabase } from './drop-database.js'
import { dropIndexes } from './drop-indexes.js'
import { endSessions } from './end-sessions.js'
import { explain } from './explain.js'
import { find } from './find.js'
import { findAndModify } from './find-and-modify.js'
import { getLog } from './get-log.js'
import { getMore } from './get-more.js'
import { getParameter } from './get-parameter.js'
import { hello, isMaster } from './hello.js'
import { insert } from './insert.js'
import { killCursors } from './kill-cursors.js'
import { killOp } from './kill-op.js'
import { listCollections } from './list-collections.js'
import { listDatabases } from './list-databases.js'
import { listIndexes } from './list-indexes.js'
import { ping } from './ping.js'
import { quireBackup } from './quire-backup.js'
import { refreshSessions } from './refresh-sessions.js'
import { renameCollection } from './rename-collection.js'
import { saslContinue } from './sasl-continue.js'
import { saslStart } from './sasl-start.js'
import { serverStatus } from './server-status.js'
import { setParameter } from './set-parameter.js'
import { startSession } from './start-session.js'
import { update } from './update.js'
import { whatsmyuri } from './whats-my-uri.js'

/** Every command there is, in alphabetical order: this table is also the statement of what the engine can do (README.md). */
export const commands: readonly Command[] = [
  abortTransaction,
  aggregate,
  buildInfo,
  collMod,
  collStats,
  commitTransaction,
  connectionStatus,
  count,
  create,
  createIndexes,
  createSearchIndexes,
  currentOp,
  dbStats,
  deleteCommand,
  distinct,
  drop,
  dropDatabase,
  dropIndexes,
  endSessions,
  explain,
  find,
  findAndModify,
  getLog,
  getMore,
  getParameter,
  hello,
  insert,
  isMaster,
  killCursors,
  killOp,
  listCollections,
  listDatabases,
  listIndexes,
  ping,
  quireBackup,
  refreshSessions,
  renameCollection,
  saslContinue,
  saslStart,
  serverStatus,
  setParameter,
  startSession,
  update,
  whatsmyuri
]
