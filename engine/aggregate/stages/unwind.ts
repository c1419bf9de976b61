import { describe } from '../../bson/describe.js'
import { int64Value } from '../../bson/number.js'
import { NULL } from '../../bson/scalar.js'
import { arrayElements, boolOf, BsonType, isArray, isDocument, stringOf, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { isNullish } from '../../expression/operand.js'
import { parseFieldPath } from '../../query/field-path.js'
import { flatMap } from '../batches.js'
import { readOptions } from '../options.js'
import { getPath, setPath } from '../set-path.js'
import type { StageDefinition } from '../stage.js'

interface Unwind {
  readonly path: readonly string[]
  /** The field for the element's place in its array. */
  readonly index: readonly string[] | undefined
  /** Whether a document without elements is passed on. */
  readonly isPreserving: boolean
}

export const unwind: StageDefinition = {
  name: '$unwind',
  notIn: ['update'],

  parse (specification) {
    const unwind = readUnwind(specification)
    return { run: (input, operation) => flatMap(input, operation, (document) => unwound(document, unwind)) }
  }
}

function * unwound (document: Value, { path, index, isPreserving }: Unwind): Generator<Value> {
  const withIndex = (result: Value, place: Value): Value => index === undefined ? result : setPath(result, index, place)
  const value = getPath(document, path)
  if (!isArray(value)) {
    if (isPreserving || !isNullish(value)) yield withIndex(document, NULL)
    return
  }
  const elements = arrayElements(value)
  if (elements.length === 0 && isPreserving) yield withIndex(setPath(document, path, undefined), NULL)
  for (const [at, element] of elements.entries()) yield withIndex(setPath(document, path, element), int64Value(BigInt(at)))
}

function readUnwind (specification: Value): Unwind {
  if (specification.type === BsonType.string) return { path: readPath(specification), index: undefined, isPreserving: false }
  if (!isDocument(specification)) {
    throw new EngineError(15981, `expected either a string or an object as specification for $unwind stage, got ${typeNames[specification.type]}`)
  }
  const { path, includeArrayIndex, preserveNullAndEmptyArrays } = readOptions(specification,
    ['path', 'includeArrayIndex', 'preserveNullAndEmptyArrays'], (name) => new EngineError(28811, `unrecognized option to $unwind stage: ${name}`))
  if (path === undefined) throw new EngineError(28812, 'no path specified to $unwind stage')
  return {
    path: readPath(path),
    index: includeArrayIndex && readIndex(includeArrayIndex),
    isPreserving: preserveNullAndEmptyArrays !== undefined && readFlag(preserveNullAndEmptyArrays)
  }
}

function readPath (path: Value): readonly string[] {
  if (path.type !== BsonType.string) throw new EngineError(28808, `expected a string as the path for $unwind stage, got ${typeNames[path.type]}`)
  const text = stringOf(path)
  if (!text.startsWith('$')) throw new EngineError(28818, `path option to $unwind stage should be prefixed with a '$': ${text}`)
  return parseFieldPath(text.slice(1)).parts
}

function readIndex (index: Value): readonly string[] {
  const text = index.type === BsonType.string ? stringOf(index) : ''
  if (text === '') throw new EngineError(28810, `expected a non-empty string for the includeArrayIndex option to $unwind stage, got ${describe(index)}`)
  if (text.startsWith('$')) throw new EngineError(28822, `includeArrayIndex option to $unwind stage should not be prefixed with a '$': ${text}`)
  return parseFieldPath(text).parts
}

function readFlag (flag: Value): boolean {
  if (flag.type !== BsonType.bool) {
    throw new EngineError(28809, `expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage, got ${typeNames[flag.type]}`)
  }
  return boolOf(flag)
}
