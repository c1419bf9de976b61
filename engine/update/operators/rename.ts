import { describeField } from '../../bson/describe.js'
import { equalValues } from '../../bson/order.js'
import { BsonType, findField, isArray, stringOf, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { spend, stepsFor } from '../../stretch.js'
import { describeId } from '../describe-id.js'
import type { Modifier, Operator } from '../modifier.js'
import { arrayIndex, hasPlaceholder, isPrefix, parsePath, type UpdatePath } from '../path.js'

/**
 * `$rename`: the field at the destination becomes the one at the source, which goes. No other change can touch the
 * source (that is a conflict), so it is read from the document as it was before the update.
 */
export const rename: Operator = (source, argument) => {
  const destination = parseDestination(source, argument)
  return [
    { path: source, modifier: () => undefined },
    { path: destination, modifier: moveFrom(source, destination) }
  ]
}

function parseDestination (source: UpdatePath, argument: Value): UpdatePath {
  const entry = describeField(source.text, argument)
  if (argument.type !== BsonType.string) throw badValue(`The 'to' field for $rename must be a string: ${entry}`)
  const name = stringOf(argument)
  if (name.includes('\0')) throw badValue("The 'to' field for $rename cannot contain an embedded null byte")
  const destination = parsePath(name)
  if (source.text === name) throw badValue(`The source and target field for $rename must differ: ${entry}`)
  if (isPrefix(source, destination) || isPrefix(destination, source)) {
    throw badValue(`The source and target field for $rename must not be on the same path: ${entry}`)
  }
  if (hasPlaceholder(source)) throw badValue(`The source field for $rename may not be dynamic: ${source.text}`)
  if (hasPlaceholder(destination)) throw badValue(`The destination field for $rename may not be dynamic: ${name}`)
  return destination
}

function moveFrom (source: UpdatePath, destination: UpdatePath): Modifier {
  return (before, { run: { document }, enclosingArray }) => {
    const moved = findSource(document, source)
    if (moved === undefined) return before
    if (enclosingArray !== undefined) throw inArray('destination', destination, document, enclosingArray)
    return before !== undefined && equalValues(before, moved) ? before : moved
  }
}

/** The field to be moved, `undefined` if it could be there but is not. */
function findSource (document: Value, path: UpdatePath): Value | undefined {
  let value: Value | undefined = document
  let holder = ''
  let array: string | undefined
  for (const { name } of path.parts) {
    if (!canHold(value, name)) throw notViable(path, holder, value)
    if (isArray(value)) array = holder
    spend(stepsFor(value.end - value.start))
    value = findField(value, name)
    if (value === undefined) return undefined
    holder = name
  }
  if (array !== undefined) throw inArray('source', path, document, array)
  return value
}

function canHold (value: Value, name: string): boolean {
  return value.type === BsonType.document || (value.type === BsonType.array && arrayIndex(name) !== undefined)
}

function notViable ({ text }: UpdatePath, name: string, value: Value): EngineError {
  return new EngineError('PathNotViable', `cannot use the part (${name} of ${text}) to traverse the element ({${describeField(name, value)}})`)
}

function inArray (end: 'source' | 'destination', path: UpdatePath, document: Value, array: string): EngineError {
  const id = describeId(document)
  return badValue(`The ${end} field cannot be an array element, '${path.text}' in doc with ${id} has an array field called '${array}'`)
}

function badValue (message: string): EngineError {
  return new EngineError('BadValue', message)
}
