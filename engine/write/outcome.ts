import { int32Value } from '../bson/number.js'
import { buildDocument, documentValue, findField, numberOf, payload, type Value } from '../bson/value.js'

/** What one statement of a write has done. */
export interface Outcome {
  /** Documents inserted, matched or deleted. */
  readonly n: number
  /** Documents whose bytes have changed. */
  readonly modified: number
  /** The `_id` of the document that an upsert has inserted. */
  readonly upsertedId?: Value
  /** What findAndModify answers of the document, before or after. */
  readonly document?: Buffer
}

/** Makes a document, that a `$text` may have found with a score, into what is answered of it. */
export type Shape = (document: Buffer, textScore?: number) => Buffer

export const NOTHING_DONE: Outcome = { n: 0, modified: 0 }

/** An outcome as BSON, in which it is kept for a client that asks for it again. */
export function encodeOutcome ({ n, modified, upsertedId, document }: Outcome): Buffer {
  const members: [string, Value][] = [['n', int32Value(n)], ['modified', int32Value(modified)]]
  if (upsertedId !== undefined) members.push(['upsertedId', upsertedId])
  if (document !== undefined) members.push(['document', documentValue(document)])
  return buildDocument(members)
}

export function decodeOutcome (outcome: Value): Outcome {
  const document = findField(outcome, 'document')
  return {
    n: numberOf(findField(outcome, 'n')!),
    modified: numberOf(findField(outcome, 'modified')!),
    upsertedId: findField(outcome, 'upsertedId'),
    document: document && payload(document)
  }
}
