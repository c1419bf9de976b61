import { abortTransaction } from './abort-transaction.js'
import { aggregate } from './aggregate.js'
import { applyOps } from './apply-ops.js'
import { buildInfo } from './build-info.js'
import { cloneCollectionAsCapped } from './clone-collection-as-capped.js'
import { collMod } from './coll-mod.js'
import { collStats } from './coll-stats.js'
import type { Command } from './command.js'
import { commitTransaction } from './commit-transaction.js'
import { connectionStatus } from './connection-status.js'
import { convertToCapped } from './convert-to-capped.js'
import { count } from './count.js'
import { create } from './create.js'
import { createIndexes } from './create-indexes.js'
import { createSearchIndexes } from './create-search-indexes.js'
import { currentOp } from './current-op.js'
import { dataSize } from './data-size.js'
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
import { getCmdLineOpts } from './get-cmd-line-opts.js'
import { getLog } from './get-log.js'
import { getMore } from './get-more.js'
import { getParameter } from './get-parameter.js'
import { hello, isMaster } from './hello.js'
import { hostInfo } from './host-info.js'
import { insert } from './insert.js'
import { killCursors } from './kill-cursors.js'
import { killOp } from './kill-op.js'
import { listCollections } from './list-collections.js'
import { listCommands } from './list-commands.js'
import { listDatabases } from './list-databases.js'
import { listIndexes } from './list-indexes.js'
import { ping } from './ping.js'
import { profile } from './profile.js'
import { quireBackup } from './quire-backup.js'
import { refreshSessions } from './refresh-sessions.js'
import { renameCollection } from './rename-collection.js'
import { replSetGetConfig } from './repl-set-get-config.js'
import { replSetGetStatus } from './repl-set-get-status.js'
import { saslContinue } from './sasl-continue.js'
import { saslStart } from './sasl-start.js'
import { serverStatus } from './server-status.js'
import { setParameter } from './set-parameter.js'
import { startSession } from './start-session.js'
import { top } from './top.js'
import { update } from './update.js'
import { validate } from './validate.js'
import { whatsmyuri } from './whats-my-uri.js'

/** Every command there is, in alphabetical order: this table is also the statement of what the engine can do (README.md). */
export const commands: readonly Command[] = [
  abortTransaction,
  aggregate,
  applyOps,
  buildInfo,
  cloneCollectionAsCapped,
  collMod,
  collStats,
  commitTransaction,
  connectionStatus,
  convertToCapped,
  count,
  create,
  createIndexes,
  createSearchIndexes,
  currentOp,
  dataSize,
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
  getCmdLineOpts,
  getLog,
  getMore,
  getParameter,
  hello,
  hostInfo,
  insert,
  isMaster,
  killCursors,
  killOp,
  listCollections,
  listCommands,
  listDatabases,
  listIndexes,
  ping,
  profile,
  quireBackup,
  refreshSessions,
  renameCollection,
  replSetGetConfig,
  replSetGetStatus,
  saslContinue,
  saslStart,
  serverStatus,
  setParameter,
  startSession,
  top,
  update,
  validate,
  whatsmyuri
]
