import { BsonType, isArray, isDocument, stringOf, typeNames, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { Namespace } from '../../storage/namespace.js'
import type { Batches } from '../batches.js'
import { openPipeline } from '../open-pipeline.js'
import type { Operation } from '../operation.js'
import { readOptions } from '../options.js'
import { readsOf } from '../reads.js'
import type { Parsing, StageDefinition, Step } from '../stage.js'

interface Union { readonly namespace: Namespace | undefined, readonly steps: readonly Step[] }

/** The documents so far, and behind them those of another pipeline. */
export const unionWith: StageDefinition = {
  name: '$unionWith',
  notIn: ['update'],

  parse (specification, parsing) {
    const union = readUnion(specification, parsing)
    return { reads: readsOf(union.namespace, union.steps), run: (input, operation) => both(input, union, operation) }
  }
}

async function * both (input: Batches, { namespace, steps }: Union, operation: Operation): Batches {
  yield * input
  yield * openPipeline(steps, namespace, operation)
}

function readUnion (specification: Value, { database, parsePipeline }: Parsing): Union {
  if (specification.type === BsonType.string) return { namespace: new Namespace(database, stringOf(specification)), steps: [] }
  if (!isDocument(specification)) throw failure(`the $unionWith stage specification must be an object or string, but found ${typeNames[specification.type]}`)
  const { coll, pipeline } = readOptions(specification, ['coll', 'pipeline'], (name) => new EngineError(40415, `BSON field '$unionWith.${name}' is an unknown field.`))
  if (pipeline !== undefined && !isArray(pipeline)) throw wrongType('pipeline', pipeline, 'array')
  const steps = pipeline === undefined ? [] : parsePipeline(pipeline, '$unionWith')
  if (coll === undefined) {
    if (steps[0]?.definition.isSource) return { namespace: undefined, steps }
    throw failure('$unionWith stage without explicit collection must have a pipeline with $documents as first stage')
  }
  if (coll.type !== BsonType.string) throw wrongType('coll', coll, 'string')
  return { namespace: new Namespace(database, stringOf(coll)), steps }
}

function wrongType (option: string, { type }: Value, expected: string): EngineError {
  return new EngineError('TypeMismatch', `BSON field '$unionWith.${option}' is the wrong type '${typeNames[type]}', expected type '${expected}'`)
}

function failure (message: string): EngineError {
  return new EngineError('FailedToParse', message)
}
