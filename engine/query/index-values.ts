import { arrayElements, BsonType, findField, isEmpty, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import type { Path } from './path.js'

/** What a document has to offer to an index or a sort on some paths. */
export interface IndexValues {
  /** One row for each array element (or one only): the value at each path, `undefined` where there is none. */
  readonly rows: ReadonlyArray<ReadonlyArray<Value | undefined>>
  /** The paths that led through, or to, an array. */
  readonly arrayPaths: readonly Path[]
}

/** What stands for the elements of an empty array: BSON's undefined, below null. */
const NO_ELEMENTS: Value = { type: BsonType.undefined, bytes: Buffer.alloc(0), start: 0, end: 0 }

/**
 * The values by which a document is indexed and sorted, by the rules of MongoDB's multikey indexes: an array stands for
 * its elements (arrays in it for themselves), and paths through the same array take their values from the same element.
 * @throws {EngineError} CannotIndexParallelArrays when two paths lead through different arrays
 */
export function indexValues (document: Value, paths: readonly Path[]): IndexValues {
  const collector: Collector = { rows: [], arrayPaths: new Set() }
  collect(paths.map((path) => walk({ path, depth: 0 }, document)), collector)
  return { rows: collector.rows, arrayPaths: [...collector.arrayPaths] }
}

interface Collector {
  readonly rows: Array<Array<Value | undefined>>
  readonly arrayPaths: Set<Path>
}

/** How far a path has been followed: to its value, or to an array with `depth` parts behind. */
interface Step {
  readonly path: Path
  readonly depth: number
  readonly value?: Value
  readonly array?: Value
}

/** Follows a path from a document to its end, to an array, or to nothing. */
function walk ({ path, depth }: Step, from: Value | undefined): Step {
  let value = from
  for (let at = depth; at < path.parts.length; at++) {
    value = value?.type === BsonType.document ? findField(value, path.parts[at]) : undefined
    if (value === undefined) break
    if (value.type === BsonType.array) return { path, depth: at + 1, array: value }
  }
  return { path, depth: path.parts.length, value }
}

/** Adds the rows of steps that may still stand at an array, which all of them have to share. */
function collect (steps: readonly Step[], collector: Collector): void {
  const array = commonArray(steps)
  if (array === undefined) {
    collector.rows.push(steps.map(({ value }) => value))
    return
  }
  // A path that names an element by its index is done with this array, whose other elements do not concern it.
  const followed = steps.map((step) => step.array === undefined ? step : followIndex(step, step.array))
  const isOpen = (step: Step): boolean => step.array?.start === array.start
  for (const { path } of followed.filter(isOpen)) collector.arrayPaths.add(path)
  // An empty array has one row, and so has an array of which only named elements are wanted.
  const elements = followed.some(isOpen) && !isEmpty(array) ? arrayElements(array) : [NO_ELEMENTS]
  for (const element of elements) {
    collect(followed.map((step) => isOpen(step) ? enter(step, element) : step), collector)
  }
}

/** The array at which the paths have stopped, if any has. */
function commonArray (steps: readonly Step[]): Value | undefined {
  let first: Step | undefined
  for (const step of steps) {
    if (step.array === undefined) continue
    first ??= step
    if (step.array.start !== first.array?.start) throw parallelArrays(step, first)
  }
  return first?.array
}

/** Goes on from an array with one of its elements; an element in which the path leads nowhere counts as missing. */
function enter ({ path, depth }: Step, element: Value): Step {
  return depth === path.parts.length ? { path, depth, value: element } : walk({ path, depth }, element)
}

/** Goes on with the element that the next part of the path names by its index, if there is such an element. */
function followIndex (step: Step, array: Value): Step {
  const { path, depth } = step
  const index = path.indexes[depth] ?? -1
  const elements = index === -1 ? [] : arrayElements(array)
  const element = elements[index]
  if (element === undefined) return step
  if (elements.some((other) => other.type === BsonType.document && findField(other, path.parts[depth]) !== undefined)) {
    throw new EngineError(16746, 'Ambiguous field name found in array (do not use numeric field names in embedded elements in an array), ' +
      `field: '${path.parts[depth]}' for array: ${path.parts.slice(0, depth).join('.')}`)
  }
  if (depth + 1 === path.parts.length) return { path, depth: depth + 1, value: element }
  return element.type === BsonType.array ? { path, depth: depth + 1, array: element } : walk({ path, depth: depth + 1 }, element)
}

function parallelArrays (step: Step, first: Step): EngineError {
  const [name, other] = [step, first].map(({ path, depth }) => path.parts[depth - 1])
  return new EngineError('CannotIndexParallelArrays', `cannot index parallel arrays [${name}] [${other}]`)
}
