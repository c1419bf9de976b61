import { FieldCursor } from '../bson/field-cursor.js'
import { isArray, isDocument, type Value } from '../bson/value.js'
import { emptyDifference, type ArrayDifference, type Difference, type DocumentDifference } from './difference.js'

/** What MongoDB's oplog entry of an update takes beside the difference, in bytes. */
const BYTES_BESIDE = 15

/**
 * The difference between two documents, as MongoDB computes it for an update that is given as a pipeline; `undefined` where it
 * would take as much space as the document itself, which is then recorded as a replacement.
 */
export function differenceOf (before: Value, after: Value): Difference | undefined {
  return smallEnough(compareDocuments(before, after), after, BYTES_BESIDE)
}

/** Fields count as the same while they are in the same order: what has moved is removed and inserted. */
function compareDocuments (before: Value, after: Value): DocumentDifference {
  const difference = emptyDifference()
  const moved = new Set<string>()
  const [old, now] = [new FieldCursor(before), new FieldCursor(after)]
  let [hasOld, hasNow] = [old.next(), now.next()]
  while (hasOld && hasNow) {
    const name = old.name()
    if (name === now.name()) {
      addChange(difference, name, old.value, now.value)
      hasNow = now.next()
    } else {
      moved.add(name)
    }
    hasOld = old.next()
  }
  for (; hasOld; hasOld = old.next()) difference.removed.push(old.name())
  for (; hasNow; hasNow = now.next()) {
    difference.inserted.push([now.name(), now.value])
    moved.delete(now.name())
  }
  for (const name of [...moved].sort()) difference.removed.push(name)
  return difference
}

function addChange (difference: DocumentDifference, name: string, before: Value, after: Value): void {
  if (isSame(before, after)) return
  const inner = insideOf(before, after)
  if (inner === undefined) difference.updated.push([name, after])
  else difference.inner.push([name, inner])
}

function compareArrays (before: Value, after: Value): ArrayDifference {
  const difference: ArrayDifference = { kind: 'array', elements: [] }
  const [old, now] = [new FieldCursor(before), new FieldCursor(after)]
  let [hasOld, hasNow] = [old.next(), now.next()]
  let index = 0
  for (; hasNow; index++) {
    const { value } = now
    if (!hasOld || !isSame(old.value, value)) difference.elements.push([index, hasOld ? insideOf(old.value, value) ?? value : value])
    hasOld = hasOld && old.next()
    hasNow = now.next()
  }
  if (hasOld) difference.newLength = index
  return difference
}

function insideOf (before: Value, after: Value): Difference | undefined {
  if (isDocument(before) && isDocument(after)) return smallEnough(compareDocuments(before, after), after)
  return isArray(before) && isArray(after) ? smallEnough(compareArrays(before, after), after) : undefined
}

function smallEnough (difference: Difference, whole: Value, beside = 0): Difference | undefined {
  return beside + sizeOf(difference) < whole.end - whole.start ? difference : undefined
}

/** Of what MongoDB writes: `{ d: {…}, u: {…}, i: {…}, sname: {…} }`, of arrays `{ a: true, l: 1, u0: …, s1: {…} }`. */
function sizeOf (difference: Difference): number {
  if (difference.kind === 'array') {
    const start = EMPTY + member('a', 1) + (difference.newLength === undefined ? 0 : member('l', 4))
    return difference.elements.reduce((size, [index, now]) => size + member(`u${index}`, 'kind' in now ? sizeOf(now) : now.end - now.start), start)
  }
  const { updated, inserted, removed, inner } = difference
  const sections = [updated, inserted].map((section) => section.map(([name, value]) => member(name, value.end - value.start)))
  const sizes = [...sections, removed.map((name) => member(name, 1))].filter(({ length }) => length > 0)
  return EMPTY + sum(sizes.map((section) => member('u', EMPTY + sum(section)))) + sum(inner.map(([name, there]) => member(`s${name}`, sizeOf(there))))
}

/** What a document takes without members. */
const EMPTY = 5

function member (name: string, size: number): number {
  return 2 + Buffer.byteLength(name) + size
}

function sum (numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function isSame (before: Value, after: Value): boolean {
  return before.type === after.type && before.bytes.compare(after.bytes, after.start, after.end, before.start, before.end) === 0
}
