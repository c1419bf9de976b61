import { arrayElements, arrayValue, BsonType, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import type { Filter, FilterNode } from '../filter.js'
import type { Path } from '../path.js'
import { mapFields } from './map-fields.js'

/**
 * Makes the step for a path such as `a.b.$`: of the first array on the path, only the element by which the document
 * matched the filter remains.
 */
export function parsePositional (path: Path, name: string, filter: Filter | undefined): (projected: Value, document: Value) => Value {
  if (filter === undefined) throw new EngineError(51050, 'Projections with a positional operator require a matcher')
  if (!namesField(filter.root, path.parts[0])) {
    throw new EngineError(31277, `Positional projection '${name}' does not match the query document.`)
  }
  return (projected, document) => keepElement(projected, path.parts, () => filter.position(document))
}

/** Whether the filter has a condition on the field or inside of it. */
function namesField (node: FilterNode, field: string): boolean {
  switch (node.kind) {
    case 'path': return node.path.split('.')[0] === field
    case 'not': return namesField(node.node, field)
    case 'always':
    case 'expression':
    case 'schema':
    case 'text': return false
    default: return node.nodes.some((child) => namesField(child, field))
  }
}

function keepElement (document: Value, [name, ...rest]: readonly string[], position: () => number | undefined): Value {
  return mapFields(document, (field, value) => {
    if (field !== name) return value
    if (value.type === BsonType.array) return arrayValue([elementAt(value, position())])
    return value.type === BsonType.document && rest.length > 0 ? keepElement(value, rest, position) : value
  })
}

function elementAt (array: Value, index: number | undefined): Value {
  if (index === undefined) {
    throw new EngineError(51246, "Executor error during find command :: caused by :: positional operator '.$' couldn't find a matching element in the array")
  }
  const element = arrayElements(array)[index]
  if (element === undefined) throw new EngineError(51247, "Executor error during find command :: caused by :: positional operator '.$' element mismatch")
  return element
}
