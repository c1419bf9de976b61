import { BsonType, findField, type Value } from '../../bson/value.js'
import { EMPTY_DOCUMENT } from '../../bson/scalar.js'
import type { EvaluationContext } from '../../expression/expression.js'
import { mapElements, mapFields } from './map-fields.js'
import { isComputed, type Branch, type ProjectionNode } from './tree.js'

/** The part of a tree that computes. */
export function computedPart (fields: Branch): Branch {
  return new Map([...fields].flatMap(([name, node]): Array<[string, ProjectionNode]> => {
    if (!isComputed(node)) return []
    return [[name, node.kind === 'branch' ? { kind: 'branch', children: computedPart(node.children) } : node]]
  }))
}

/**
 * The document with the tree's fields computed: in their places where they are there already, behind the others in the
 * tree's order where not. A tree of computed fields only (`computedPart`).
 */
export function computeFields (document: Value, fields: Branch, context: EvaluationContext): Value {
  const added = [...fields].filter(([name]) => findField(document, name) === undefined)
    .flatMap(([name, node]): Array<[string, Value]> => {
      const value = computeField(undefined, node, context)
      return value === undefined ? [] : [[name, value]]
    })
  return mapFields(document, (name, value) => {
    const node = fields.get(name)
    return node === undefined ? value : computeField(value, node, context)
  }, added)
}

function computeField (before: Value | undefined, node: ProjectionNode, context: EvaluationContext): Value | undefined {
  if (node.kind === 'compute') return node.compute(context)
  return node.kind === 'branch' ? computeInside(before, node.children, context) : before
}

/** The fields are computed for each document of an array; what is no document is replaced by one. */
function computeInside (before: Value | undefined, fields: Branch, context: EvaluationContext): Value {
  if (before?.type === BsonType.array) return mapElements(before, (element) => computeInside(element, fields, context))
  return computeFields(before?.type === BsonType.document ? before : EMPTY_DOCUMENT, fields, context)
}
