import { arrayElements, arrayValue, BsonType, documentValue, buildDocument, findField, typeNames, type Value } from '../../bson/value.js'
import type { Collation } from '../../collation/collation.js'
import { EngineError } from '../../errors.js'
import { parseFilter } from '../filter.js'
import type { Path } from '../path.js'
import type { Compute } from './tree.js'

/** Parses `{ $elemMatch: … }`: of the array, the first element that matches. */
export function parseElemMatch (path: Path, operators: Value, collation: Collation | undefined): Compute {
  const operand = findField(operators, '$elemMatch')
  if (operand?.type !== BsonType.document) {
    throw new EngineError(31274, `elemMatch: Invalid argument, object required, but got ${typeNames[operand?.type ?? BsonType.undefined]}`)
  }
  if (path.parts.length > 1) throw new EngineError(31275, 'Cannot use $elemMatch projection on a nested field.')
  const filter = parseFilter(documentValue(buildDocument([[path.text, operators]])), undefined, collation)
  return ({ root: document }) => {
    const array = findField(document, path.text)
    const index = filter.position(document)
    return array === undefined || index === undefined ? undefined : arrayValue([arrayElements(array)[index]])
  }
}
