import { arrayElements, isArray, isDocument, type Value } from '../../bson/value.js'
import { EMPTY_DOCUMENT } from '../../bson/scalar.js'
import { EngineError } from '../../errors.js'
import { parseExpression } from '../../expression/expression.js'
import { inBatches } from '../batches.js'
import { evaluate } from '../operation.js'
import type { StageDefinition } from '../stage.js'

export const documents: StageDefinition = {
  name: '$documents',
  position: 'first',
  isSource: true,
  notIn: ['$facet', 'update'],

  parse (specification, { scope }) {
    const expression = parseExpression(specification, scope)
    return {
      async * run (_input, operation) {
        yield * inBatches(checked(evaluate(expression, EMPTY_DOCUMENT, operation)), operation)
      }
    }
  }
}

function checked (given: Value | undefined): Value[] {
  const elements = isArray(given) ? arrayElements(given) : undefined
  if (elements === undefined) throw new EngineError(5858203, 'an array is expected')
  if (!elements.every(isDocument)) throw new EngineError(40228, '$documents must be an array of objects')
  return elements
}
