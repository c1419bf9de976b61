import { arrayElements, BsonType, type Value } from '../bson/value.js'
import { hasText } from '../collation/text.js'
import type { FilterNode } from '../query/filter.js'
import type { Sort } from '../query/sort.js'
import type { Collection } from '../storage/catalog.js'
import { isCut, recordIdOf } from '../storage/key.js'
import { spend } from '../stretch.js'
import type { Condition } from './conditions.js'
import type { Way } from './planner.js'

/**
 * The plan of a query that says which `_id` its results have: their documents are read one by one, without an index.
 * A string is only one `_id` for a query with the collation of the collection, by which the ids have no order.
 */
export function planByIds ({ collation: own }: Collection, { root, collation }: Condition, sort: Sort | undefined): Way | undefined {
  const ids = idsOf(root)
  if (ids === undefined || (collation !== own && ids.some(hasText))) return undefined
  if (ids.length === 1) return { access: { kind: 'ids', recordIds: [recordIdOf(ids[0], own)] }, sorted: true }
  const recordIds = distinct(ids.map((id) => {
    spend(1)
    return recordIdOf(id, own)
  }))
  const isOrdered = own === undefined || !ids.some(hasText)
  const direction = sort === undefined ? 1 : isOrdered ? directionOf(sort, recordIds) : undefined
  return {
    access: { kind: 'ids', recordIds: direction === -1 ? recordIds.reverse() : recordIds },
    sorted: direction !== undefined
  }
}

/** The values of which every result has one as its `_id`, whatever else it must fulfil. */
function idsOf (node: FilterNode): Value[] | undefined {
  if (node.kind === 'and') {
    for (const part of node.nodes) {
      const ids = idsOf(part)
      if (ids !== undefined) return ids
    }
  }
  if (node.kind !== 'path' || node.path !== '_id') return undefined
  for (const { operator, operand } of node.tests) {
    if (operator === '$eq') return [operand]
    if (operator !== '$in') continue
    const listed = arrayElements(operand)
    // A pattern stands for any number of ids.
    if (!listed.some(({ type }) => type === BsonType.regex)) return listed
  }
  return undefined
}

/** Sorted, and each once. */
function distinct (recordIds: Buffer[]): Buffer[] {
  const inOrder = (a: Buffer, b: Buffer): number => {
    spend(1)
    return Buffer.compare(a, b)
  }
  return recordIds.sort(inOrder).filter((recordId, at) => at === 0 || !recordId.equals(recordIds[at - 1]))
}

/** Whether the sort is that of the ids, up or down; no two are the same, so that its further keys say nothing. */
function directionOf ({ keys: [first] }: Sort, recordIds: readonly Buffer[]): 1 | -1 | undefined {
  return first.path === '_id' && !recordIds.some(isCut) ? first.direction : undefined
}
