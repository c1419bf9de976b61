import { isDocument, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseFilter } from '../../query/filter.js'
import { flatMap } from '../batches.js'
import type { StageDefinition } from '../stage.js'

const NONE: readonly Value[] = []

export const match: StageDefinition = {
  name: '$match',
  notIn: ['update'],

  parse (specification) {
    if (!isDocument(specification)) throw new EngineError(15959, 'the match filter must be an expression in an object')
    const filter = parseFilter(specification)
    return {
      clause: { kind: 'filter', filter: specification },
      run: (input, operation) => flatMap(input, operation, (document) => filter.matches(document) ? [document] : NONE)
    }
  }
}
