import { isDocument, type Value } from '../../bson/value.js'
import { EngineError } from '../../errors.js'
import { parseFilter } from '../../query/filter.js'
import { flatMap } from '../batches.js'
import type { StageDefinition, Step } from '../stage.js'

const NONE: readonly Value[] = []

export const match: StageDefinition = {
  name: '$match',
  notIn: ['update'],

  parse (specification, { scope, environment }) {
    if (!isDocument(specification)) throw new EngineError(15959, 'the match filter must be an expression in an object')
    // What is wrong with it is known before anything runs; the variables have their values only then.
    const { text } = parseFilter(specification, { ...environment, variables: new Map([...scope].map((name) => [name, undefined])) })
    return { ...matching(specification), isTextSearch: text !== undefined }
  }
}

/** The stage of a filter that can be parsed. */
export function matching (filter: Value): Step {
  return {
    definition: match,
    specification: filter,
    clause: { kind: 'filter', filter },
    run (input, operation) {
      const { matches } = parseFilter(filter, operation)
      return flatMap(input, operation, (document) => matches(document) ? [document] : NONE)
    }
  }
}
