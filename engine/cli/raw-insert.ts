import type { MongoClient } from 'mongodb'
import { DocumentSequence } from 'mongodb/lib/cmap/commands.js'
import { findField } from '../bson/value.js'
import { hasEmptyTimestamps } from '../update/timestamps.js'
import { MAX_WRITE_BATCH } from '../wire/limits.js'
import type { CollectionInfo } from './collections.js'

/** What is sent in one message: far below every server's limit. */
const MESSAGE_BYTES = 8 * 1024 * 1024

export type Target = Pick<CollectionInfo, 'database' | 'name' | 'options'>

/**
 * Inserts documents byte for byte. The driver offers this for reading alone: through objects, dates out of JavaScript's range,
 * deprecated types, and the order of fields whose names look like numbers would be lost.
 * @throws {Error} for the first document that the server does not take
 */
export async function insertRaw (client: MongoClient, target: Target, documents: readonly Buffer[]): Promise<void> {
  let [batch, bytes]: [Buffer[], number] = [[], 0]
  for (const document of documents) {
    if (batch.length === MAX_WRITE_BATCH || (batch.length > 0 && bytes + document.length > MESSAGE_BYTES)) {
      await send(client, target, batch);
      [batch, bytes] = [[], 0]
    }
    batch.push(document)
    bytes += document.length
  }
  if (batch.length > 0) await send(client, target, batch)
}

async function send (client: MongoClient, { database, name, options }: Target, batch: readonly Buffer[]): Promise<void> {
  const documents = new DocumentSequence('documents')
  for (const document of batch) documents.push({}, document)
  const reply = await client.db(database).command({
    insert: name,
    documents,
    ordered: true,
    // What is older than a validator may be invalid, and is to be there nevertheless. Only some users may ask for this.
    ...findField(options, 'validator') !== undefined && { bypassDocumentValidation: true },
    // Servers before 7.0.13 do not know this, and refuse it: better than times that nobody has written.
    ...batch.some(hasEmptyTimestamps) && { bypassEmptyTsReplacement: true },
    writeConcern: { w: 'majority' }
  })
  const [failure] = [...reply.writeErrors ?? [], ...reply.writeConcernError === undefined ? [] : [reply.writeConcernError]]
  if (failure !== undefined) throw new Error(`${database}.${name}: ${failure.errmsg}`)
}
