import { MAX_DEPTH } from '../bson/validate.js'
import { documentValue, findField } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Validator } from '../query/validator.js'
import type { Explanation } from '../query/schema/rule.js'
import type { Collection } from '../storage/catalog.js'
import type { Namespace } from '../storage/namespace.js'
import type { Tx } from '../storage/store.js'
import { isDeeperThan } from '../update/nesting.js'
import { DocumentWriter } from '../wire/document-writer.js'

/** Is told of an invalid document that is stored nevertheless, with the reason as it would have been answered. */
export type OnInvalid = (namespace: Namespace, errInfo: Buffer) => void

/** The longest explanation that is sent (`maxDocValidationErrorSize`): it repeats parts of the document and of the validator. */
const MAX_BYTES = 12 * 1024 * 1024

/**
 * Checks a document that is about to be stored, with the validator that its collection has by now.
 * @param onInvalid not given when documents are not to be checked
 * @param before the document in whose place it comes
 * @throws {EngineError} DocumentValidationFailure
 */
export function checkValid (tx: Tx, { id }: Collection, document: Buffer, onInvalid: OnInvalid | undefined, before?: Buffer): void {
  if (onInvalid === undefined) return
  const collection = tx.catalog.byId(id)
  const validator = collection?.validator
  if (validator === undefined || validator.level === 'off' || validator.accepts(documentValue(document))) return
  if (before !== undefined && validator.level === 'moderate' && !validator.accepts(documentValue(before))) return
  const errInfo = describe(validator, document)
  if (validator.action === 'error') throw new EngineError('DocumentValidationFailure', 'Document failed validation', { errInfo })
  onInvalid(collection!.namespace, errInfo)
}

/** `errInfo` as the manual has it ("Schema Validation"), cut short where it would be too long or too deep. */
function describe (validator: Validator, document: Buffer): Buffer {
  const failingDocumentId = findField(documentValue(document), '_id')
  const details = explain(validator, document)
  if (details instanceof EngineError) {
    const { code, codeName, message } = details
    return encode({ failingDocumentId, note: 'failed to generate document validation error', details: { code, codeName, errmsg: message } })
  }
  const full = encode({ failingDocumentId, details })
  if (isDeeperThan(2 * MAX_DEPTH, documentValue(full))) return encode({ reason: 'generated error was too deeply nested', truncated: true })
  if (full.length <= MAX_BYTES) return full
  const short = encode({ failingDocumentId, truncated: true, details: withoutValues(details) })
  return short.length <= MAX_BYTES ? short : encode({ failingDocumentId, note: 'detailed error was too large' })
}

/** The explanation, or what keeps it from being made: an expression or a pattern that cannot be evaluated on this document. */
function explain (validator: Validator, document: Buffer): Explanation | EngineError {
  try {
    return validator.explain(documentValue(document))
  } catch (error) {
    if (error instanceof EngineError) return error
    throw error
  }
}

function encode (members: Explanation): Buffer {
  const writer = new DocumentWriter(0)
  writer.document(members)
  return writer.finish()
}

const repeated = new Set(['specifiedAs', 'consideredValue', 'consideredValues'])

function withoutValues (explanation: Explanation): Explanation {
  const kept = Object.entries(explanation).filter(([name]) => !repeated.has(name))
  return Object.fromEntries(kept.map(([name, member]) => [name, Array.isArray(member) ? member.map(shortened) : shortened(member)]))
}

/** Members are explanations, values or text, of which only the first have members that could be left out. */
function shortened (member: unknown): unknown {
  return isExplanation(member) ? withoutValues(member) : member
}

function isExplanation (member: unknown): member is Explanation {
  return typeof member === 'object' && member !== null && !('bytes' in member)
}
