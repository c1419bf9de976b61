import { isArray, isDocument, type Value } from '../bson/value.js'
import type { Edit } from './rewrite.js'

/**
 * How a container differs from what it was, as MongoDB tells it in its oplog (`$v: 2`): fields by what became of them, the
 * elements of an array by their indexes. Where only something inside has changed the difference goes on there.
 */
export type Difference = DocumentDifference | ArrayDifference

export interface DocumentDifference {
  readonly kind: 'document'
  readonly updated: Array<readonly [name: string, value: Value]>
  readonly inserted: Array<readonly [name: string, value: Value]>
  readonly removed: string[]
  readonly inner: Array<readonly [name: string, difference: Difference]>
}

export interface ArrayDifference {
  readonly kind: 'array'
  readonly elements: Array<readonly [index: number, now: Value | Difference]>
  /** Given when elements were cut off at the end. */
  newLength?: number
}

/** By which edits a container was made: kept while an update is applied. */
export type Edits = Map<Value, readonly Edit[]>

export function emptyDifference (): DocumentDifference {
  return { kind: 'document', updated: [], inserted: [], removed: [], inner: [] }
}

/** The difference that some edits have made. */
export function differenceByEdits (container: Value, edits: readonly Edit[], all: Edits): Difference {
  return isArray(container) ? ofArray(edits, all) : ofDocument(edits, all)
}

function ofDocument (edits: readonly Edit[], all: Edits): DocumentDifference {
  const difference = emptyDifference()
  for (const { name, field, after } of edits) {
    if (after === undefined) difference.removed.push(name)
    else if (field === undefined) difference.inserted.push([name, after])
    else {
      const inner = insideOf(field.value, after, all)
      if (inner === undefined) difference.updated.push([name, after])
      else difference.inner.push([name, inner])
    }
  }
  return difference
}

function ofArray (edits: readonly Edit[], all: Edits): ArrayDifference {
  const elements = edits.flatMap(({ name, field, after }): Array<readonly [number, Value | Difference]> => {
    return after === undefined ? [] : [[Number(name), (field && insideOf(field.value, after, all)) ?? after]]
  })
  return { kind: 'array', elements }
}

/** What has changed inside of a container that was one before. */
function insideOf (before: Value, after: Value, all: Edits): Difference | undefined {
  const edits = all.get(after)
  const isContainer = before.type === after.type && (isDocument(before) || isArray(before))
  return edits !== undefined && isContainer ? differenceByEdits(after, edits, all) : undefined
}
