import { arrayElements, BsonType } from '../bson/value.js'
import { hasText } from '../collation/text.js'
import type { Filter, FilterNode, Test } from '../query/filter.js'
import type { Index } from '../storage/catalog.js'
import { isStoredWhole } from '../storage/key.js'
import type { IndexField } from './bounds.js'
import { Conditions, namesIndex } from './conditions.js'
import { boundsOf, fieldOf, keyRanges } from './index-bounds.js'
import type { Plan } from './planner.js'

/**
 * Whether the entries that a plan leads to are its matches, each once: then they are counted without a look at the
 * documents (`COUNT_SCAN`).
 */
export function isCovered ({ access, filter }: Plan): boolean {
  return access.kind === 'index' && areExact(access.index, filter)
}

function areExact (index: Index, filter: Filter): boolean {
  const tested = testedPaths(filter.root)
  if (tested === undefined || index.multikeyPaths.size > 0 || index.text !== undefined) return false
  const conditions = new Conditions(filter)
  const { fields, isWidened } = boundsOf(index, conditions)
  const bound = index.key.slice(0, fields.length)
  const isBound = (path: string): boolean => {
    const part = bound.find((part) => part.path === path)
    return part !== undefined && conditions.on(path).every((test) => isExact(test, fieldOf(index, part, conditions)))
  }
  return !isWidened && tested.every((path) => !namesIndex(path) && isBound(path)) &&
    keyRanges(fields).every(({ start, end }) => isStoredWhole(start) && isStoredWhole(end))
}

/** The paths of a filter that is nothing but tests of them. */
function testedPaths (node: FilterNode): string[] | undefined {
  if (node.kind === 'path') return [node.path]
  const paths = node.kind === 'and' ? node.nodes.map(testedPaths) : [undefined]
  return paths.every((path) => path !== undefined) ? paths.flat() : undefined
}

/** What is equal and ordered in a key as it is in a filter, and is neither missing nor several values. */
const exactTypes: ReadonlySet<number> = new Set([
  BsonType.double, BsonType.int32, BsonType.int64, BsonType.decimal128, BsonType.string, BsonType.objectId, BsonType.bool, BsonType.date, BsonType.timestamp
])

/** Whether the intervals of a test hold nothing but what fulfils it, in an index without arrays. */
function isExact ({ operator, operand }: Test, { isHashed, collation, asked }: IndexField): boolean {
  const operands = operator === '$in' ? arrayElements(operand) : [operand]
  if (isHashed || operands.some((value) => !exactTypes.has(value.type) || (collation !== asked && hasText(value)))) return false
  switch (operator) {
    case '$eq':
    case '$in': return true
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte': return collation === undefined || !hasText(operand)
    default: return false
  }
}
