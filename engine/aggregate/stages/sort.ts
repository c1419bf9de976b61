import { isDocument, isEmpty, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseSort, type Sort } from '../../query/sort.js'
import { TEXT_SCORE } from '../../query/text-score.js'
import { TopK } from '../../query/top-k.js'
import { forEach, inBatches, type Batches } from '../batches.js'
import type { Operation } from '../operation.js'
import type { StageDefinition } from '../stage.js'

export const sort: StageDefinition = {
  name: '$sort',
  notIn: ['update'],

  parse (specification, { scope, environment }) {
    if (!isDocument(specification)) throw new EngineError(15973, 'the $sort key specification must be an object')
    if (isEmpty(specification)) throw new EngineError(15976, '$sort stage must have at least one sort key')
    const sort = parseSort(specification, scope.has(TEXT_SCORE), environment.collation)
    return {
      clause: { kind: 'sort', sort },
      run: (input, operation, wanted) => sortDocuments(input, operation, sort, wanted)
    }
  }
}

/** Sorts all documents and passes on the first ones of them. */
export async function * sortDocuments (input: Batches, operation: Operation, sort: Sort, wanted = Infinity): Batches {
  const sorter = new TopK<Value>(sort, wanted)
  await forEach(input, operation, (document) => sorter.add(document, document))
  yield * inBatches(await drain(sorter, operation), operation)
}

/** Takes the last one each time, because a sort of all at once would keep the event loop. */
export async function drain<Item> (sorter: TopK<Item>, { pace }: Operation): Promise<Item[]> {
  const descending: Item[] = []
  for (let last = sorter.removeLast(); last !== undefined; last = sorter.removeLast()) {
    descending.push(last)
    if (pace.isDue) await pace.rest()
  }
  return descending.reverse()
}
