import { deserialize, EJSON, ObjectId, type Document } from 'bson'
import { documentValue, encode, valueFrom } from '../bson/value.js'
import { parseFilter } from '../query/filter.js'
import { createClock } from '../update/clock.js'
import { parseUpdate, type Update, type UpdateContext } from '../update/update.js'

/** What stands beside the update in a command. */
export interface Statement {
  readonly filter?: Document
  readonly arrayFilters?: readonly Document[]
}

/** The moment at which all updates of the tests happen. */
export const NOW = new Date('2024-05-06T07:08:09.010Z')

/** The `_id` of documents that come without one. */
export const NEW_ID = new ObjectId('65f0c0de0000000000000001')

/** Applies an update to one document; the result is bytes, for types and places of fields matter. */
export function applyUpdate (document: Document, update: Document, statement: Statement = {}): Buffer {
  return parse(update, statement).apply(encode(document), contextOf(statement)).document
}

/** The document that an upsert inserts. */
export function upsert (update: Document, statement: Statement = {}): Buffer {
  return parse(update, statement).insert(contextOf(statement))
}

export function parse (update: Document, { arrayFilters }: Statement = {}): Update {
  return parseUpdate(valueFrom(update), { arrayFilters: arrayFilters?.map((filter) => documentValue(encode(filter))) })
}

export function contextOf ({ filter = {} }: Statement = {}): UpdateContext {
  const clock = createClock(() => NOW.getTime())
  return { filter: parseFilter(documentValue(encode(filter))), now: NOW, timestamp: clock.next, newObjectId: () => valueFrom(NEW_ID) }
}

/** A document in words that show the type of every value and the order of the fields, for comparing and reading. */
export function inWords (document: Buffer | Document): string {
  const bytes = Buffer.isBuffer(document) ? document : encode(document)
  return EJSON.stringify(deserialize(bytes, { promoteValues: false, bsonRegExp: true }), { relaxed: false })
}
