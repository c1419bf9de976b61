import type { MongoClient } from 'mongodb'
import { DocumentSequence } from 'mongodb/lib/cmap/commands.js'
import { findField } from '../bson/value.js'
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
  let sequence = new DocumentSequence('documents')
  let [count, size] = [0, 0]
  for (const document of documents) {
    if (count > 0 && (count === MAX_WRITE_BATCH || size + document.length > MESSAGE_BYTES)) {
      await send(client, target, sequence)
      sequence = new DocumentSequence('documents')
      count = 0
    }
    size = sequence.push({}, document)
    count++
  }
  if (count > 0) await send(client, target, sequence)
}

async function send (client: MongoClient, { database, name, options }: Target, documents: DocumentSequence): Promise<void> {
  // What is older than a validator may be invalid, and is to be there nevertheless. Only some users may ask for this.
  const bypassDocumentValidation = findField(options, 'validator') === undefined ? undefined : true
  const reply = await client.db(database).command({ insert: name, documents, ordered: true, bypassDocumentValidation, writeConcern: { w: 'majority' } })
  const [failure] = [...reply.writeErrors ?? [], ...reply.writeConcernError === undefined ? [] : [reply.writeConcernError]]
  if (failure !== undefined) throw new Error(`${database}.${name}: ${failure.errmsg}`)
}
