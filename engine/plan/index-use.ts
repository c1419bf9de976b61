import type { Collection, Index } from '../storage/catalog.js'
import type { Access } from './planner.js'

/** The indexes that are read to find documents; the ids of documents are found without one. */
export function indexesOf (access: Access): Index[] {
  if (access.kind === 'union') return access.branches.flatMap(indexesOf)
  return 'index' in access ? [access.index] : []
}

/** Counts an operation for each index that it uses; who finds documents by their ids uses that of `_id`, as on MongoDB. */
export function noteUse (collection: Collection, access: Access): void {
  if (access.kind === 'union') for (const index of new Set(indexesOf(access))) index.usage.operations++
  else if (access.kind === 'ids') countById(collection)
  else if ('index' in access) access.index.usage.operations++
}

function countById ({ indexes: [first] }: Collection): void {
  if (first?.isId) first.usage.operations++
}
