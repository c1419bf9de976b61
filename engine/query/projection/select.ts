import { BsonType, type Value } from '../../bson/value.js'
import { mapElements, mapFields, type MapField } from './map-fields.js'
import { isComputed, type Branch, type ProjectionNode } from './tree.js'

/** The document with the fields of the tree alone, in its own order, without those that are computed. */
export function include (document: Value, fields: Branch): Value {
  return mapFields(document, (name, value) => includeField(value, fields.get(name)))
}

/** The document without the fields that the tree drops. */
export function exclude (document: Value, fields: Branch): Value {
  return mapFields(document, (name, value) => excludeField(value, fields.get(name)))
}

function includeField (value: Value, node: ProjectionNode | undefined): Value | undefined {
  if (node?.kind === 'keep') return value
  if (node?.kind !== 'branch') return undefined
  const keepsPlaces = isComputed(node)
  return includeInside(value, keepsPlaces, (name, field) => includeField(field, node.children.get(name)))
}

/**
 * Of what a branch leads to, only documents remain, alone or in arrays of any depth; but what fields are computed for
 * inside of an array keeps its place until then.
 */
function includeInside (value: Value, keepsPlaces: boolean, map: MapField): Value | undefined {
  if (value.type === BsonType.document) return mapFields(value, map)
  if (value.type === BsonType.array) return mapElements(value, (element) => includeInside(element, keepsPlaces, map))
  return keepsPlaces ? value : undefined
}

function excludeField (value: Value, node: ProjectionNode | undefined): Value | undefined {
  switch (node?.kind) {
    case 'drop': return undefined
    case 'branch': return excludeInside(value, (name, field) => excludeField(field, node.children.get(name)))
    default: return value
  }
}

/** What is neither a document nor an array has nothing inside to exclude, and remains. */
function excludeInside (value: Value, map: MapField): Value {
  if (value.type === BsonType.document) return mapFields(value, map)
  return value.type === BsonType.array ? mapElements(value, (element) => excludeInside(element, map)) : value
}
