import { describe } from '../../bson/describe.js'
import { isNumber, nearestDouble } from '../../bson/number.js'
import { compareValues } from '../../bson/order.js'
import { NULL } from '../../bson/scalar.js'
import { BsonType, buildDocument, documentValue, encode, fields, isDocument, stringOf, typeNames, type Value } from '../../bson/value.js'
import { EngineError, notImplemented } from '../../errors.js'
import { parseExpression, type Expression } from '../../expression/expression.js'
import type { Sort } from '../../query/sort.js'
import { TopK } from '../../query/top-k.js'
import type { Accumulator } from '../accumulator.js'
import { forEach, inBatches, type Batches } from '../batches.js'
import { groupDocument, parseGroupField, type GroupField } from '../grouping.js'
import { MemoryLimit } from '../memory-limit.js'
import { evaluate, type Operation } from '../operation.js'
import { readOptions } from '../options.js'
import type { Parsing, StageDefinition } from '../stage.js'
import { drain } from './sort.js'

/** What is put out of each bucket when nothing is said. */
const COUNT = documentValue(encode({ count: { $sum: 1 } }))

interface BucketAuto {
  readonly groupBy: Expression
  readonly buckets: number
  readonly output: readonly GroupField[]
}

/** A document with the value that it is sorted by. */
interface Item { readonly key: Value, readonly document: Value }

interface Bucket {
  readonly min: Value
  max: Value
  readonly accumulators: readonly Accumulator[]
}

/** Divides the documents into a number of ranges that have about as many of them each. */
export const bucketAuto: StageDefinition = {
  name: '$bucketAuto',
  notIn: ['update'],

  parse (specification, parsing) {
    const stage = readBucketAuto(specification, parsing)
    return { run: (input, operation) => divide(input, stage, operation) }
  }
}

async function * divide (input: Batches, { groupBy, buckets, output }: BucketAuto, operation: Operation): Batches {
  const sorter = new TopK<Item>(byKey(groupBy, operation))
  await forEach(input, operation, (document) => sorter.add(document, { key: keyOf(groupBy, document, operation), document }))
  const filled = await fill(await drain(sorter, operation), buckets, output, operation)
  yield * inBatches(filled.map(({ min, max, accumulators }) =>
    groupDocument(documentValue(buildDocument([['min', min], ['max', max]])), output.map(({ name }, at) => [name, accumulators[at].result()]))), operation)
}

/**
 * As many documents to a bucket as there would be in equal ones, and then those with the same value as its last; the
 * last bucket has the rest. A range reaches to the beginning of the next one, that of the last includes its end.
 */
async function fill (sorted: readonly Item[], buckets: number, output: readonly GroupField[], operation: Operation): Promise<Bucket[]> {
  const size = Math.max(1, Math.round(sorted.length / buckets))
  const memory = new MemoryLimit('$bucketAuto')
  const filled: Bucket[] = []
  for (let at = 0; at < sorted.length;) {
    const bucket: Bucket = { min: sorted[at].key, max: sorted[at].key, accumulators: output.map(({ factory }) => factory.create({ operation, memory, id: NULL })) }
    const isLast = filled.length === buckets - 1
    const wanted = isLast ? sorted.length : at + size
    for (; at < sorted.length && (at < wanted || compareValues(sorted[at].key, bucket.max, operation.collation) === 0); at++) {
      for (const accumulator of bucket.accumulators) accumulator.add(sorted[at].document)
      bucket.max = sorted[at].key
      if (operation.pace.isDue) await operation.pace.rest()
    }
    const previous = filled.at(-1)
    if (previous !== undefined) previous.max = bucket.min
    filled.push(bucket)
  }
  return filled
}

/** Arrays are values like any other here. */
function byKey (groupBy: Expression, operation: Operation): Sort {
  const sortKey = (document: Value): [Value] => [keyOf(groupBy, document, operation)]
  const compareKeys: Sort['compareKeys'] = ([left], [right]) => compareValues(left, right, operation.collation)
  return { keys: [], collation: operation.collation, sortKey, compareKeys, compare: (left, right) => compareKeys(sortKey(left), sortKey(right)) }
}

/** What is missing counts as null. */
function keyOf (groupBy: Expression, document: Value, operation: Operation): Value {
  return evaluate(groupBy, document, operation) ?? NULL
}

function readBucketAuto (specification: Value, parsing: Parsing): BucketAuto {
  if (!isDocument(specification)) throw new EngineError(40240, `The argument to $bucketAuto must be an object, but found type: ${typeNames[specification.type]}.`)
  const options = readOptions(specification, ['groupBy', 'buckets', 'output', 'granularity'], (name) => new EngineError(40245, `Unrecognized option to $bucketAuto: ${name}.`))
  const { groupBy, buckets, output = COUNT, granularity } = options
  if (groupBy === undefined || buckets === undefined) throw new EngineError(40246, "$bucketAuto requires 'groupBy' and 'buckets' to be specified.")
  if (granularity !== undefined) throw notImplemented("the option 'granularity' of $bucketAuto is")
  return { groupBy: readGroupBy(groupBy, parsing), buckets: readBuckets(buckets), output: readOutput(output, parsing) }
}

function readGroupBy (groupBy: Value, { scope }: Parsing): Expression {
  const isPath = groupBy.type === BsonType.string && stringOf(groupBy).startsWith('$')
  if (isPath || isDocument(groupBy)) return parseExpression(groupBy, scope)
  throw new EngineError(40239, `The $bucketAuto 'groupBy' field must be defined as a $-prefixed path or an expression object, but found: ${describe(groupBy)}.`)
}

function readBuckets (buckets: Value): number {
  if (!isNumber(buckets)) throw new EngineError(40241, `The $bucketAuto 'buckets' field must be a numeric value, but found type: ${typeNames[buckets.type]}.`)
  const number = nearestDouble(buckets)
  if (number !== (number | 0)) throw new EngineError(40242, `The $bucketAuto 'buckets' field must be representable as a 32-bit integer, but found ${describe(buckets)}.`)
  if (number <= 0) throw new EngineError(40243, `The $bucketAuto 'buckets' field must be greater than 0, but found: ${number}.`)
  return number
}

function readOutput (output: Value, { scope }: Parsing): GroupField[] {
  if (!isDocument(output)) throw new EngineError(40244, `The $bucketAuto 'output' field must be an object, but found type: ${typeNames[output.type]}.`)
  return [...fields(output)].map(([name, value]) => parseGroupField(name, value, scope))
}
