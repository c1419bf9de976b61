import { EngineError } from '../../errors.js'
import type { Batches } from '../batches.js'
import { readCount } from '../read-count.js'
import type { StageDefinition } from '../stage.js'

export const limit: StageDefinition = {
  name: '$limit',
  notIn: ['update'],

  parse (specification) {
    const count = readCount('$limit', specification, 5107201)
    if (count === 0) throw new EngineError(15958, 'the limit must be positive')
    return {
      clause: { kind: 'limit', count },
      run: (input) => take(input, count)
    }
  }
}

/** Asks for no more than is needed, which ends the stages before. */
async function * take (input: Batches, count: number): Batches {
  let left = count
  for await (const batch of input) {
    yield batch.slice(0, left)
    left -= batch.length
    if (left <= 0) return
  }
}
