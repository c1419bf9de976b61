import { describeField } from '../../bson/describe.js'
import { isNumber, nearestDouble, wholeNumber } from '../../bson/number.js'
import { arrayValue, BsonType, isDocument, stringOf, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseExpression } from '../../expression/expression.js'
import { parseFieldPath } from '../../query/field-path.js'
import { parseFilter } from '../../query/filter.js'
import { keepTextScore } from '../../query/text-score.js'
import { Namespace } from '../../storage/namespace.js'
import { BatchBuilder, type Batches } from '../batches.js'
import { GraphSearch, type Graph } from '../graph-search.js'
import type { Operation } from '../operation.js'
import { readOptions } from '../options.js'
import { setPath } from '../set-path.js'
import type { Parsing, StageDefinition } from '../stage.js'

interface GraphLookup extends Graph { readonly as: readonly string[] }

/** Follows references from document to document in another collection. */
export const graphLookup: StageDefinition = {
  name: '$graphLookup',
  notIn: ['update'],

  parse (specification, parsing) {
    const lookup = readGraphLookup(specification, parsing)
    return { reads: [lookup.from], run: (input, operation) => addReached(input, lookup, operation) }
  }
}

async function * addReached (input: Batches, lookup: GraphLookup, operation: Operation): Batches {
  const { pace } = operation
  const output = new BatchBuilder()
  for await (const batch of input) {
    for (const document of batch) {
      const reached = await new GraphSearch(lookup, operation).run(document)
      if (output.add(keepTextScore(setPath(document, lookup.as, arrayValue(reached)), document))) yield output.take()
      if (pace.isDue) await pace.rest()
    }
    if (!output.isEmpty) yield output.take()
  }
}

const names = ['from', 'startWith', 'connectFromField', 'connectToField', 'as', 'maxDepth', 'depthField', 'restrictSearchWithMatch'] as const

function readGraphLookup (specification: Value, parsing: Parsing): GraphLookup {
  if (!isDocument(specification)) throw new EngineError(40327, `the $graphLookup stage specification must be an object, but found ${typeNames[specification.type]}`)
  const options = readOptions(specification, names, (name) => new EngineError(40104, `Unknown argument to $graphLookup: ${name}`))
  const { startWith, maxDepth, depthField, restrictSearchWithMatch } = options
  const required = (name: 'from' | 'connectFromField' | 'connectToField' | 'as'): string => text(name, options[name] ?? missing())
  return {
    from: new Namespace(parsing.database, required('from')),
    startWith: parseExpression(startWith ?? missing(), parsing.scope),
    connectFromField: parseFieldPath(required('connectFromField')),
    connectToField: parseFieldPath(required('connectToField')).text,
    as: parseFieldPath(required('as')).parts,
    maxDepth: maxDepth === undefined ? Infinity : readMaxDepth(maxDepth),
    depthField: depthField && parseFieldPath(text('depthField', depthField)).parts,
    restriction: restrictSearchWithMatch && readRestriction(restrictSearchWithMatch, parsing)
  }
}

function missing (): never {
  throw new EngineError(40105, "$graphLookup requires 'from', 'as', 'startWith', 'connectFromField', and 'connectToField' to be specified.")
}

function text (name: string, value: Value): string {
  if (value.type === BsonType.string) return stringOf(value)
  throw new EngineError(40103, `expected string as argument for ${name}, found: ${describeField(name, value)}`)
}

function readMaxDepth (value: Value): number {
  if (!isNumber(value)) throw new EngineError(40100, `maxDepth requires a numeric argument, found type: ${typeNames[value.type]}`)
  if (nearestDouble(value) < 0) throw new EngineError(40101, `maxDepth requires a nonnegative argument, found: ${nearestDouble(value)}`)
  const depth = wholeNumber(value)
  if (depth === undefined) throw new EngineError(40102, `maxDepth could not be represented as a long long: ${nearestDouble(value)}`)
  return Number(depth)
}

/** What is wrong with it is known before anything runs; the variables have their values only then. */
function readRestriction (value: Value, { scope, environment }: Parsing): Value {
  if (!isDocument(value)) throw new EngineError(40185, `restrictSearchWithMatch must be an object, found type: ${typeNames[value.type]}`)
  parseFilter(value, { ...environment, variables: new Map([...scope].map((name) => [name, undefined])) })
  return value
}
