import type { ConnectOptions } from 'mongoose'
import type { Limits } from '../../src/config.js'

/**
 * What the driver leaves to chance: it waits for ever for a free connection and for an answer, and takes the
 * server's defaults for what "written" means. An answer of this server means: on disk, on a majority.
 */
export function connectionOptions (uri: string, limits: Limits): ConnectOptions {
  return {
    appName: 'quire',
    ...namesDatabase(uri) ? {} : { dbName: 'quire' },
    maxPoolSize: limits.databaseConnections,
    connectTimeoutMS: limits.databaseSelectionMs,
    serverSelectionTimeoutMS: limits.databaseSelectionMs,
    socketTimeoutMS: limits.databaseSocketMs,
    waitQueueTimeoutMS: limits.databaseQueueMs,
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: limits.queryMs },
    readConcernLevel: 'majority'
  }
}

function namesDatabase (uri: string): boolean {
  return /^mongodb(\+srv)?:\/\/[^/]+\/[^?]/.test(uri)
}
