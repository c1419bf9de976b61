import { FieldCursor } from '../bson/field-cursor.js'
import { BsonType, forEachField, documentValue, isArray, isDocument, typeNames, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { EMPTY_DOCUMENT, rewrite, type Field } from './rewrite.js'

const ID = Buffer.from('_id\0')

/**
 * A document as it is stored: `_id` first, made up if there is none; the same Buffer when it is so already.
 * @throws {EngineError} InvalidIdField, DollarPrefixedFieldName or BadValue for an `_id` that cannot be one
 */
export function withId (document: Buffer, newObjectId: () => Value): Buffer {
  const id = findId(document)
  if (id !== undefined) checkId(id.value)
  if (id?.at === 4) return document
  const first = rewrite(EMPTY_DOCUMENT, [{ name: '_id', after: id?.value ?? newObjectId() }])
  const rest = id === undefined ? document : rewrite(documentValue(document), [{ name: '_id', field: id }]).bytes
  return joined(first.bytes, rest)
}

function findId (document: Buffer): Field | undefined {
  let id: Field | undefined
  const cursor = new FieldCursor(documentValue(document))
  while (cursor.next()) {
    const { nameStart, value } = cursor
    if (ID.compare(document, nameStart, value.start) !== 0) continue
    if (id !== undefined) throw new EngineError('BadValue', "can't have multiple _id fields in one document")
    id = { at: nameStart - 1, value }
  }
  return id
}

function checkId (id: Value): void {
  if (id.type === BsonType.array || id.type === BsonType.regex || id.type === BsonType.undefined) {
    throw new EngineError('InvalidIdField', `The '_id' value cannot be of type ${typeNames[id.type]}`)
  }
  if (isDocument(id)) checkNames(id)
}

/** Inside an `_id` a name must not begin with a dollar sign, except in references to other documents. */
function checkNames (container: Value): void {
  forEachField(container, (name, value) => {
    if (name.startsWith('$') && !['$ref', '$id', '$db'].includes(name)) {
      throw new EngineError('DollarPrefixedFieldName', `_id fields may not contain '$'-prefixed fields: ${name} is not valid for storage.`)
    }
    if (isDocument(value) || isArray(value)) checkNames(value)
  })
}

/** The fields of one document and then those of another. */
function joined (first: Buffer, second: Buffer): Buffer {
  const document = Buffer.concat([first.subarray(0, -1), second.subarray(4)])
  document.writeInt32LE(document.length)
  return document
}
