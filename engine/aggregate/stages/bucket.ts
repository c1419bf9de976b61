import { describe } from '../../bson/describe.js'
import { EMPTY_DOCUMENT } from '../../bson/scalar.js'
import { arrayElements, BsonType, documentValue, encode, fields, isArray, isDocument, stringOf, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseExpression, type Expression } from '../../expression/expression.js'
import { parseSort, withCollation } from '../../query/sort.js'
import { forEach, inBatches } from '../batches.js'
import { Buckets } from '../buckets.js'
import { chain } from '../chain.js'
import { Groups, parseGroupField } from '../grouping.js'
import { evaluate } from '../operation.js'
import { readOptions } from '../options.js'
import type { Parsing, Stage, StageDefinition } from '../stage.js'
import { sortDocuments } from './sort.js'

const BY_ID = parseSort(documentValue(encode({ _id: 1 })))

/** What is put out of each bucket when nothing is said. */
const COUNT = documentValue(encode({ count: { $sum: 1 } }))

/** Groups by ranges, in the order of the ranges. */
export const bucket: StageDefinition = {
  name: '$bucket',
  makesOthers: true,
  notIn: ['update'],

  parse (specification, parsing) {
    if (!isDocument(specification)) {
      throw new EngineError(40201, `Argument to $bucket stage must be an object, but found type: ${typeNames[specification.type]}.`)
    }
    const options = readOptions(specification, ['groupBy', 'boundaries', 'default', 'output'], (name) => new EngineError(40197, `Unrecognized option to $bucket: ${name}.`))
    const { groupBy, boundaries, output = COUNT } = options
    if (groupBy === undefined || boundaries === undefined) throw new EngineError(40198, "$bucket requires 'groupBy' and 'boundaries' to be specified.")
    const buckets = new Buckets(readBoundaries(boundaries, parsing), options.default && readDefault(options.default, parsing), parsing.environment.collation)
    return chain(grouping(readGroupBy(groupBy, parsing), buckets, output, parsing), sortingById)
  }
}

const sortingById: Stage = { run: (input, operation, wanted) => sortDocuments(input, operation, withCollation(BY_ID, operation.collation), wanted) }

function grouping (groupBy: Expression, buckets: Buckets, output: Value, { scope }: Parsing): Stage {
  if (!isDocument(output)) throw new EngineError(40196, `The $bucket 'output' field must be an object, but found type: ${typeNames[output.type]}.`)
  const groupFields = [...fields(output)].map(([name, value]) => parseGroupField(name, value, scope))
  return {
    async * run (input, operation) {
      const groups = new Groups(groupFields, operation, '$bucket')
      await forEach(input, operation, (document) => groups.add(buckets.find(evaluate(groupBy, document, operation)), document))
      yield * inBatches(groups.documents(), operation)
    }
  }
}

function readGroupBy (groupBy: Value, { scope }: Parsing): Expression {
  const isPath = groupBy.type === BsonType.string && stringOf(groupBy).startsWith('$')
  if (!isPath && !isDocument(groupBy)) {
    throw new EngineError(40202, `The $bucket 'groupBy' field must be defined as a $-prefixed path or an expression, but found: ${describe(groupBy)}.`)
  }
  return parseExpression(groupBy, scope)
}

function readBoundaries (boundaries: Value, parsing: Parsing): Value[] {
  if (!isArray(boundaries)) throw new EngineError(40200, `The $bucket 'boundaries' field must be an array, but found type: ${typeNames[boundaries.type]}.`)
  return arrayElements(boundaries).map((boundary) => constantOf(boundary, parsing) ??
    refuse(40191, "The $bucket 'boundaries' field must be an array of constant values", boundary))
}

function readDefault (given: Value, parsing: Parsing): Value {
  return constantOf(given, parsing) ?? refuse(40195, "The $bucket 'default' field must be a constant expression", given)
}

function constantOf (value: Value, { scope, environment }: Parsing): Value | undefined {
  const expression = parseExpression(value, scope)
  return expression.isConstant ? evaluate(expression, EMPTY_DOCUMENT, environment) : undefined
}

function refuse (code: number, message: string, found: Value): never {
  throw new EngineError(code, `${message}, but found: ${describe(found)}.`)
}
