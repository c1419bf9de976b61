import { int32Value } from '../bson/number.js'
import { buildDocument, documentValue, fields, payload, type Value } from '../bson/value.js'
import { EngineError } from '../errors.js'
import { MAX_COMMAND_BYTES } from '../wire/limits.js'

/** The largest event that is told in one piece: a reply has members of its own, and a resume token (`kBSONObjMaxChangeEventSize`). */
const MAX_EVENT_BYTES = MAX_COMMAND_BYTES - 8 * 1024

/** What `_id` and `splitEvent` take at most, of the fragment and once more of the reply's token. */
const BYTES_OF_HEADING = 512

/** What a field takes besides its name and value: its type, and the end of its name. */
const BYTES_OF_FIELD = 2

export function isLarge (event: Value): boolean {
  return payload(event).length > MAX_EVENT_BYTES
}

/**
 * Cuts a large event between its fields into as few fragments as it takes, the smallest fields first, so that the first fragment tells
 * as much as it can ("$changeStreamSplitLargeEvent" of the manual).
 * @param tokenOf the `_id` of the fragment of that index
 * @throws {EngineError} 7182500 for a field that is too large for a fragment
 */
export function fragmentsOf (event: Value, tokenOf: (index: number) => Value): Value[] {
  const fragments: Array<Array<[string, Value]>> = []
  let bytes = Infinity
  for (const { name, value, size } of fieldsBySize(event)) {
    if (BYTES_OF_HEADING + size > MAX_EVENT_BYTES) throw tooLarge(size)
    if (bytes + size > MAX_EVENT_BYTES) {
      fragments.push([])
      bytes = BYTES_OF_HEADING
    }
    fragments[fragments.length - 1].push([name, value])
    bytes += size
  }
  return fragments.map((members, index) => documentValue(buildDocument([
    ['_id', tokenOf(index)],
    ['splitEvent', documentValue(buildDocument([['fragment', int32Value(index + 1)], ['of', int32Value(fragments.length)]]))],
    ...members
  ])))
}

interface SizedField { readonly name: string, readonly value: Value, readonly size: number }

/** Each fragment has an `_id` of its own. Of the same event the order is always the same. */
function fieldsBySize (event: Value): SizedField[] {
  const sized: SizedField[] = []
  for (const [name, value] of fields(event)) {
    if (name !== '_id') sized.push({ name, value, size: BYTES_OF_FIELD + Buffer.byteLength(name) + value.end - value.start })
  }
  return sized.sort((a, b) => a.size - b.size || Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)))
}

function tooLarge (size: number): EngineError {
  return new EngineError(7182500, `Splitting change event failed: fragment size ${BYTES_OF_HEADING + size} is greater than maximum allowed fragment size ${MAX_EVENT_BYTES}`)
}
