import { describe } from '../../bson/describe.js'
import { arrayValue, BsonType, fields, isArray, isDocument, stringOf, typeNames, type Value } from '../../bson/value.js'
import { EngineError, notImplemented } from '../../errors.js'
import { parseExpression, type Expression, type Operand } from '../../expression/expression.js'
import { checkVariableName } from '../../expression/variables.js'
import { parseFieldPath } from '../../query/field-path.js'
import type { Path } from '../../query/path.js'
import { keepTextScore } from '../../query/text-score.js'
import { Namespace } from '../../storage/namespace.js'
import { MAX_DOCUMENT_BYTES } from '../../wire/limits.js'
import { BatchBuilder, type Batches } from '../batches.js'
import { foreignFilter } from '../foreign-filter.js'
import { openPipeline } from '../open-pipeline.js'
import { evaluate, type Operation } from '../operation.js'
import { readOptions } from '../options.js'
import { readsOf } from '../reads.js'
import { setPath } from '../set-path.js'
import type { Parsing, StageDefinition, Step } from '../stage.js'
import { matching } from './match.js'

interface Lookup {
  /** The other collection; undefined where the pipeline has documents of its own. */
  readonly from: Namespace | undefined
  readonly as: readonly string[]
  readonly join: Join | undefined
  readonly variables: ReadonlyArray<[name: string, expression: Expression]>
  readonly steps: readonly Step[]
}

interface Join { readonly localField: Path, readonly foreignField: string }

export const lookup: StageDefinition = {
  name: '$lookup',
  notIn: ['update'],

  parse (specification, parsing) {
    const lookup = readLookup(specification, parsing)
    return { reads: readsOf(lookup.from, lookup.steps), run: (input, operation) => addFound(input, lookup, operation) }
  }
}

async function * addFound (input: Batches, lookup: Lookup, operation: Operation): Batches {
  const { pace } = operation
  const output = new BatchBuilder()
  for await (const batch of input) {
    for (const document of batch) {
      const found = await collect(findFor(document, lookup, operation), lookup)
      if (output.add(keepTextScore(setPath(document, lookup.as, found), document))) yield output.take()
      if (pace.isDue) await pace.rest()
    }
    if (!output.isEmpty) yield output.take()
  }
}

/** What belongs to one document. */
function findFor (document: Value, { from, join, variables, steps }: Lookup, operation: Operation): Batches {
  const own = variables.map(([name, expression]): [string, Operand] => [name, evaluate(expression, document, operation)])
  const inner = own.length === 0 ? operation : { ...operation, variables: new Map([...operation.variables, ...own]) }
  const joined = join === undefined ? [] : [matching(foreignFilter(document, join.localField, join.foreignField))]
  return openPipeline([...joined, ...steps], from, inner)
}

async function collect (found: Batches, { from }: Lookup): Promise<Value> {
  const documents: Value[] = []
  let bytes = 0
  for await (const batch of found) {
    for (const document of batch) {
      documents.push(document)
      bytes += document.end - document.start
    }
    if (bytes > MAX_DOCUMENT_BYTES) {
      throw new EngineError(4568, `Total size of documents in ${from?.collection ?? 'the pipeline'} matching pipeline's $lookup stage exceeds ${MAX_DOCUMENT_BYTES} bytes`)
    }
  }
  return arrayValue(documents)
}

function readLookup (specification: Value, parsing: Parsing): Lookup {
  if (!isDocument(specification)) throw failure('the $lookup specification must be an Object')
  const options = readOptions(specification, ['from', 'localField', 'foreignField', 'as', 'let', 'pipeline'], (name) => failure(`unknown argument to $lookup: ${name}`))
  const { pipeline } = options
  if (options.as === undefined) throw failure("must specify 'as' field for a $lookup")
  const join = readJoin(options.localField, options.foreignField)
  if (pipeline === undefined && join === undefined) throw failure("$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified")
  if (pipeline === undefined && options.let !== undefined) throw failure("$lookup with 'let' argument must also specify 'pipeline'")
  const variables = options.let === undefined ? [] : readLet(options.let, parsing)
  const steps = pipeline === undefined ? [] : readPipeline(pipeline, variables, parsing)
  return {
    from: options.from === undefined ? withoutCollection(steps, join) : new Namespace(parsing.database, text('from', options.from)),
    as: parseFieldPath(text('as', options.as)).parts,
    join,
    variables,
    steps
  }
}

function readJoin (localField: Value | undefined, foreignField: Value | undefined): Join | undefined {
  if (localField === undefined && foreignField === undefined) return undefined
  if (localField === undefined || foreignField === undefined) throw failure("$lookup requires both or neither of 'localField' and 'foreignField' to be specified")
  return { localField: parseFieldPath(text('localField', localField)), foreignField: parseFieldPath(text('foreignField', foreignField)).text }
}

function readLet (given: Value, { scope }: Parsing): Lookup['variables'] {
  if (!isDocument(given)) throw failure(`$lookup argument 'let: ${describe(given)}' must be an object, is type ${typeNames[given.type]}`)
  return [...fields(given)].map(([name, value]) => {
    checkVariableName(name)
    return [name, parseExpression(value, scope)]
  })
}

function readPipeline (pipeline: Value, variables: Lookup['variables'], { scope, parsePipeline }: Parsing): Step[] {
  if (!isArray(pipeline)) throw new EngineError('TypeMismatch', '\'pipeline\' option must be specified as an array')
  return parsePipeline(pipeline, '$lookup', new Set([...scope, ...variables.map(([name]) => name)]))
}

function withoutCollection (steps: readonly Step[], join: Join | undefined): undefined {
  if (!steps[0]?.definition.isSource) throw failure("must specify 'pipeline' when 'from' is empty")
  if (join !== undefined) throw notImplemented('$lookup by fields in documents of its own is')
}

function text (option: string, value: Value): string {
  if (value.type === BsonType.string) return stringOf(value)
  throw failure(`$lookup argument '${option}: ${describe(value)}' must be a string, is type ${typeNames[value.type]}`)
}

function failure (message: string): EngineError {
  return new EngineError('FailedToParse', message)
}
