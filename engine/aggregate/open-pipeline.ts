import type { Namespace } from '../storage/namespace.js'
import { inBatches, type Batches } from './batches.js'
import type { Operation } from './operation.js'
import { countQuery, readQuery, splitQuery, type LeadingQuery, type QueryOptions } from './query.js'
import { runSteps } from './run-steps.js'
import type { Step } from './stage.js'

/**
 * Starts a pipeline upon a collection or a view; one that is not there has no documents. Nothing is read before the
 * output is.
 * @param namespace `undefined` for a pipeline whose first stage has documents of its own
 */
export function openPipeline (steps: readonly Step[], namespace: Namespace | undefined, operation: Operation, options?: QueryOptions): Batches {
  if (namespace === undefined) return runSteps(steps, inBatches([], operation), operation)
  const origin = operation.originOf(namespace)
  const leading = splitQuery([...origin.steps, ...steps], operation, options)
  const [first, ...others] = leading.rest
  return first?.ofCount === undefined
    ? runSteps(leading.rest, readAll(origin.namespace, leading, operation), operation)
    : runSteps(others, countAll(origin.namespace, leading, first.ofCount, operation), operation)
}

async function * readAll (namespace: Namespace, leading: LeadingQuery, operation: Operation): Batches {
  const collection = operation.data.catalog.find(namespace)
  if (collection !== undefined) yield * readQuery(operation, collection, leading)
}

async function * countAll (namespace: Namespace, leading: LeadingQuery, ofCount: NonNullable<Step['ofCount']>, operation: Operation): Batches {
  const collection = operation.data.catalog.find(namespace)
  const count = collection === undefined ? 0 : await countQuery(operation, collection, leading)
  yield ofCount(count, operation)
}
