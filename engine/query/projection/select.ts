import { BsonType, type Value } from '../../bson/value.js'
import { mapElements, mapFields, type MapField } from './map-fields.js'
import type { Branch, ProjectionNode } from './tree.js'

/**
 * Makes a document with the fields of the tree alone, in the document's order; what is computed comes behind, in the
 * projection's order.
 */
export function inclusion (fields: Branch): (document: Value) => Value {
  const computed = [...fields].flatMap(([name, node]) => node.kind === 'compute' ? [{ name, compute: node.compute }] : [])
  return (document) => {
    const added = computed.flatMap(({ name, compute }): Array<[string, Value]> => {
      const value = compute(document)
      return value === undefined ? [] : [[name, value]]
    })
    return mapFields(document, (name, value) => includeField(value, fields.get(name)), added)
  }
}

/** Makes a document without the fields that the tree drops; what is computed takes the place of what is there. */
export function exclusion (fields: Branch): (document: Value) => Value {
  return (document) => mapFields(document, (name, value) => excludeField(value, fields.get(name), document))
}

function includeField (value: Value, node: ProjectionNode | undefined): Value | undefined {
  if (node?.kind === 'keep') return value
  return node?.kind === 'branch' ? includeInside(value, (name, field) => includeField(field, node.children.get(name))) : undefined
}

/** Of what a branch leads to, only documents remain, alone or in arrays of any depth. */
function includeInside (value: Value, map: MapField): Value | undefined {
  if (value.type === BsonType.document) return mapFields(value, map)
  return value.type === BsonType.array ? mapElements(value, (element) => includeInside(element, map)) : undefined
}

function excludeField (value: Value, node: ProjectionNode | undefined, document: Value): Value | undefined {
  switch (node?.kind) {
    case undefined:
    case 'keep': return value
    case 'drop': return undefined
    case 'compute': return node.compute(document)
    case 'branch': return excludeInside(value, (name, field) => excludeField(field, node.children.get(name), document))
  }
}

/** What is neither a document nor an array has nothing inside to exclude, and remains. */
function excludeInside (value: Value, map: MapField): Value {
  if (value.type === BsonType.document) return mapFields(value, map)
  return value.type === BsonType.array ? mapElements(value, (element) => excludeInside(element, map)) : value
}
